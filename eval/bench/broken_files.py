"""Files that try a reader's patience: whole ones of every kind, damaged ones by the thousand, and traps."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from PIL import Image, ImageDraw

TEXT = "Applicant LI MING 441900199001011234 2026-11-22"


@dataclass(frozen=True)
class File:
    """A file and what was done to it."""

    name: str
    data: bytes
    damage: str = ""


def picture(kind: str, *, pages: int = 1, size: tuple[int, int] = (480, 300)) -> bytes:
    """Draw a small picture as `JPEG`, `PNG`, `WEBP`, `TIFF` or `BMP`."""
    images = []
    for number in range(pages):
        image = Image.new("RGB", size, (246, 244, 240))
        pen = ImageDraw.Draw(image)
        for row in range(8):
            pen.text((20, 20 + row * 32), f"{TEXT} page {number + 1} row {row}", fill=(20, 20, 30))
        pen.ellipse((330, 180, 440, 290), outline=(200, 30, 35), width=5)
        images.append(image)
    out = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if pages > 1 else {}
    images[0].save(out, kind, **more)
    return out.getvalue()


def pdf(
    *, pages: int = 2, scanned: bool = False, password: str = "", page_pt: tuple[float, float] = (595, 842)
) -> bytes:
    """Write a PDF: lines of text, or one picture on each page."""
    from fpdf import FPDF

    document = FPDF(unit="pt", format=page_pt)
    if password:
        document.set_encryption(owner_password=password + "!", user_password=password)
    for number in range(pages):
        document.add_page()
        if scanned:
            document.image(io.BytesIO(picture("JPEG")), 40, 60, 480)
            continue
        document.set_font("helvetica", size=12)
        for row in range(12):
            document.text(60, 80 + 24 * row, f"{TEXT} page {number + 1} row {row}")
    return bytes(document.output())


def word(*, picture_too: bool = True) -> bytes:
    """Write a DOCX: paragraphs, a table, a picture."""
    import docx

    document = docx.Document()
    document.add_paragraph("居住证申请表")
    table = document.add_table(rows=3, cols=4)
    for row in table.rows:
        for number, cell in enumerate(row.cells):
            cell.text = ("姓名", "李明", "电话", "")[number]
    if picture_too:
        document.add_picture(io.BytesIO(picture("PNG")))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def whole_files() -> list[File]:
    """Give one good file of every kind that is taken without an extra package."""
    return [
        File("a.jpg", picture("JPEG")),
        File("b.png", picture("PNG")),
        File("c.webp", picture("WEBP")),
        File("d.tif", picture("TIFF", pages=3)),
        File("e.bmp", picture("BMP", size=(200, 120))),
        File("f.pdf", pdf()),
        File("g.pdf", pdf(scanned=True, pages=1)),
        File("h.docx", word()),
    ]


def damaged(count: int, seed: int = 1) -> Iterator[File]:
    """Damage whole files: cut, bits turned over, bytes lost, doubled, mixed, noise after a good beginning."""
    rng = Random(seed)
    files = whole_files()
    ways = (_cut, _flipped, _sprayed, _without, _doubled, _noise, _grafted)
    for number in range(count):
        file, way = files[number % len(files)], ways[(number // len(files)) % len(ways)]
        yield File(file.name, way(file.data, rng, files), way.__name__.strip("_"))


def _cut(data: bytes, rng: Random, files: list[File]) -> bytes:
    return data[: rng.randrange(1, len(data))]


def _flipped(data: bytes, rng: Random, files: list[File]) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 12)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _sprayed(data: bytes, rng: Random, files: list[File]) -> bytes:
    out = bytearray(data)
    for _ in range(max(len(out) // 50, 4)):
        out[rng.randrange(8, len(out))] = rng.randrange(256)
    return bytes(out)


def _without(data: bytes, rng: Random, files: list[File]) -> bytes:
    start = rng.randrange(4, len(data))
    return data[:start] + data[start + rng.randrange(1, max(len(data) // 4, 2)) :]


def _doubled(data: bytes, rng: Random, files: list[File]) -> bytes:
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randrange(1, 4096)]
    return data[:start] + piece * rng.randint(2, 40) + data[start:]


def _noise(data: bytes, rng: Random, files: list[File]) -> bytes:
    return data[: rng.choice([4, 16, 64, 256])] + rng.randbytes(rng.randrange(1, 6000))


def _grafted(data: bytes, rng: Random, files: list[File]) -> bytes:
    other = rng.choice(files).data
    return data[: rng.randrange(8, len(data))] + other[rng.randrange(len(other)) :]


def png_of_size(width: int, height: int) -> bytes:
    """Write a valid grey PNG of any size in a few kilobytes: a bomb when it is large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\0" * (width + 1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def word_bomb(mib: int = 400) -> bytes:
    """Write a small DOCX whose text unpacks to hundreds of mebibytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        with packed.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(mib):
                part.write(b" " * 1024 * 1024)
    return out.getvalue()


def entity_bomb() -> bytes:
    """Write a DOCX whose XML defines entities that grow a billionfold."""
    names = ["lol", *(f"lol{n}" for n in range(1, 10))]
    rows = [f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)]
    bomb = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY lol "lol">{"".join(rows)}]><w>&lol9;</w>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(picture_too=False))) as whole, zipfile.ZipFile(out, "w") as packed:
        for name in whole.namelist():
            packed.writestr(name, bomb if name == "word/document.xml" else whole.read(name))
    return out.getvalue()


def traps() -> list[tuple[File, set[str]]]:
    """Give hostile and unusable files with the problems that may be told of each."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("id.jpg", picture("JPEG"))
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1024
    return [
        (File("empty.jpg", b""), {"empty"}),
        (File("bomb.png", png_of_size(12000, 12000)), {"too_many_pixels"}),
        (File("wide.png", png_of_size(60000, 3000)), {"too_many_pixels"}),
        (File("bomb.docx", word_bomb()), {"too_large"}),
        (File("entities.docx", entity_bomb()), {"broken", "empty"}),
        (File("locked.pdf", pdf(password="secret")), {"encrypted"}),
        (File("long.pdf", pdf(pages=60)), {"too_many_pages"}),
        (File("long.tif", picture("TIFF", pages=60, size=(40, 30))), {"too_many_pages"}),
        (File("papers.zip", archive.getvalue()), {"archive"}),
        (File("papers.rar", b"Rar!\x1a\x07\x01\x00" + b"\0" * 64), {"archive"}),
        (File("papers.7z", b"7z\xbc\xaf\x27\x1c" + b"\0" * 64), {"archive"}),
        (File("letter.doc", old + "WordDocument".encode("utf-16-le")), {"old_word"}),
        (File("secret.docx", old + "EncryptedPackage".encode("utf-16-le")), {"encrypted"}),
        (File("table.xls", old + "Workbook".encode("utf-16-le")), {"unsupported"}),
        (File("note.txt", "我要办居住证".encode()), {"unsupported"}),
        (File("page.html", b"<html><body>hi</body></html>"), {"unsupported"}),
        (File("program.exe", b"MZ" + b"\0" * 300), {"unsupported"}),
        (File("cut.jpg", picture("JPEG")[:900]), {"broken"}),
        (File("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<"), {"broken"}),
        (File("cut.docx", word()[:2000]), {"broken"}),
        (File("dot.png", png_of_size(1, 1)), {"broken"}),
        (File("large.jpg", picture("JPEG") + b"\0" * (21 * 1024 * 1024)), {"too_large"}),
    ]
