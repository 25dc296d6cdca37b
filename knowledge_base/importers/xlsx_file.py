"""Excel workbooks: every sheet is a table of its own."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

from knowledge_base.importers.reading import ImportFileError, Reading, bytes_of
from knowledge_base.importers.table_rows import read_table

_OLD_FORMAT = b"\xd0\xcf\x11\xe0"
MAX_UNPACKED_BYTES = 1024**3


def read_xlsx(path: Path) -> Reading:
    """Read an XLSX file; formulas give their stored values.

    Raises:
        ImportFileError: the file as a whole cannot be read.
    """
    data = office_bytes(path, "Excel", ".xlsx")
    from openpyxl import load_workbook

    reading = Reading(path.name)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [
            (sheet.title, [[_text(v) for v in row] for row in sheet.iter_rows(values_only=True)])
            for sheet in book.worksheets
        ]
    except Exception as error:  # openpyxl raises whatever its parts do on a broken file
        raise ImportFileError("文件损坏，Excel 打不开的部分无法读取，请用 Excel 另存一次") from error
    for name, rows in sheets:
        read_table(reading, rows, f"工作表“{name}”" if len(sheets) > 1 else "")
    return reading


def office_bytes(path: Path, program: str, suffix: str) -> bytes:
    """Read a file that should be an Office zip.

    Raises:
        ImportFileError: it is of the old format, has a password, is no whole zip or unpacks to too much.
    """
    data = bytes_of(path)
    if data.startswith(_OLD_FORMAT):
        raise ImportFileError(f"文件有密码，或是旧版格式，请用 {program} 去掉密码、另存为 {suffix}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ImportFileError(f"文件不完整或不是 {suffix}，请重新下载或另存一次") from error
    if size > MAX_UNPACKED_BYTES:
        raise ImportFileError("解压后超过 1 GB，没有读取")
    return data


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case bool():
            return "是" if value else "否"
    return str(value)
