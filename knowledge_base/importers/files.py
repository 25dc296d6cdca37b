"""Which reader reads which file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from knowledge_base.importers.csv_file import read_csv
from knowledge_base.importers.docx_file import read_docx
from knowledge_base.importers.html_file import read_html
from knowledge_base.importers.jsonl_file import read_jsonl
from knowledge_base.importers.pdf_file import read_pdf
from knowledge_base.importers.reading import ImportFileError, Reading
from knowledge_base.importers.xlsx_file import read_xlsx

READERS: dict[str, Callable[[Path], Reading]] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".docx": read_docx,
    ".pdf": read_pdf,
    ".html": read_html,
    ".htm": read_html,
}

_OLD = {".doc": ".docx", ".wps": ".docx", ".xls": ".xlsx", ".et": ".xlsx"}


def read_file(path: Path) -> Reading:
    """Read a file by its suffix; one that cannot be read at all is refused as a whole."""
    reading = Reading(path.name)
    try:
        return _reader(path)(path)
    except ImportFileError as error:
        reading.refuse("整个文件", str(error))
        return reading


def _reader(path: Path) -> Callable[[Path], Reading]:
    suffix = path.suffix.lower()
    if suffix in READERS:
        return READERS[suffix]
    if suffix in _OLD:
        raise ImportFileError(f"旧版格式 {suffix}，请另存为 {_OLD[suffix]} 再导入")
    raise ImportFileError(f"不支持的格式 {suffix or '（没有后缀）'}，可以导入：JSONL、CSV、XLSX、DOCX、PDF、HTML")
