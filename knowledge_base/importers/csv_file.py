"""CSV tables in UTF-8 (with or without BOM), UTF-16 or GBK, parted by commas, tabs or semicolons."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from knowledge_base.importers.reading import ImportFileError, Reading, bytes_of, text_of
from knowledge_base.importers.table_rows import read_table

_LONGEST_FIELD = 2**30


def read_csv(path: Path) -> Reading:
    """Read a CSV file.

    Raises:
        ImportFileError: the file as a whole cannot be read.
    """
    text = text_of(bytes_of(path))
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(_LONGEST_FIELD)  # the length of a cell is checked with its row
    reading = Reading(path.name)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ImportFileError("不是正确的 CSV：引号没有配对，或一格里有不合规的引号") from error
    read_table(reading, rows)
    return reading
