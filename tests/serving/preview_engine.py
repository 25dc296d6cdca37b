"""An engine that needs no OCR: its readings follow the file's name, its findings follow its readings.

It stands in where the faces are tested; the real engine has its own tests and that of the command line.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from preview.schema import (
    Disposition,
    DocumentType,
    FieldName,
    FieldValue,
    FilePages,
    FileReading,
    Finding,
    FindingCode,
    MaterialState,
    Page,
    Part,
    Presence,
    Report,
    Request,
    Severity,
    Upload,
)

OnPage = Callable[[str, int, int], None]
SIZE = (900, 600)
NAME_BOX = (180, 90, 340, 140)
NUMBER_BOX = (300, 480, 760, 530)


class PaperEngine:
    """Takes every file for an identity card of 林小满; a file named 反面 is its back, 两页 has two pages.

    `gate` is waited for before each page, so that a test can stop in mid-case; `read` lists what was read.
    """

    def __init__(self, gate: Callable[[str, int], None] = lambda name, page: None) -> None:
        self._gate = gate
        self.read: list[str] = []
        self.closed = 0
        self.lock = threading.Lock()

    def read_file(
        self,
        upload: Upload,
        *,
        images_dir: Path | None = None,
        on_page: Callable[[str, int, int], None] = lambda *_: None,
    ) -> FileReading:
        """Read a file page by page."""
        if "崩溃" in upload.name:
            raise RuntimeError("scripted: 林小满")
        total = 2 if "两页" in upload.name else 1
        on_page(upload.file_id, 0, total)
        for page_no in range(1, total + 1):
            self._gate(upload.name, page_no)
            if images_dir is not None:
                (images_dir / f"{upload.file_id}-{page_no}.jpg").write_bytes(picture(upload.name))
            on_page(upload.file_id, page_no, total)
        with self.lock:
            self.read.append(upload.name)
        pages = tuple(Page(n, *SIZE, image=f"{upload.file_id}-{n}.jpg") for n in range(1, total + 1))
        digest = hashlib.sha256(upload.data).hexdigest()
        file = FilePages(upload.file_id, upload.name, digest, "image/jpeg", pages)
        kind = DocumentType.ID_CARD_BACK if "反面" in upload.name else DocumentType.ID_CARD_FRONT
        fields = {
            FieldName.NAME: FieldValue("林小满", 0.98, 1, NAME_BOX),
            FieldName.ID_NUMBER: FieldValue("441900199003070023", 0.97, 1, NUMBER_BOX),
        }
        if kind is DocumentType.ID_CARD_BACK:
            fields = {FieldName.VALID_TO: FieldValue("2020-01-01", 0.99, 1, NUMBER_BOX)}
        return FileReading(file, (Part(kind, 0.99, (1,), fields=fields),), 0.1)

    def check(self, request: Request, readings: Sequence[FileReading], preview_id: str) -> Report:
        """Find a card without its other side, another name than the applicant's, a card out of date."""
        findings: list[Finding] = []
        kinds = {part.document_type for reading in readings for part in reading.parts}
        for reading in readings:
            for part in reading.parts:
                findings += self._of(request, reading.file.file_id, part)
        if DocumentType.ID_CARD_BACK not in kinds:
            findings.append(
                finding(FindingCode.SIDE_MISSING, "身份证只有人像面，缺国徽面。", "请把国徽面也拍照交来。", "id-card")
            )
        blocks = any(f.severity is Severity.BLOCK for f in findings)
        return Report(
            preview_id=preview_id,
            request=request,
            kb_revision="0123456789ab",
            readings=tuple(readings),
            file_materials={reading.file.file_id: ("id-card",) for reading in readings},
            materials=(
                MaterialState("id-card", "居民身份证", Presence.PRESENT, tuple(r.file.file_id for r in readings)),
                MaterialState("photo", "近期免冠证件照", Presence.MISSING),
                MaterialState("address", "住址证明", Presence.EXEMPT, reason="可用电子证照"),
            ),
            findings=tuple(findings),
            disposition=Disposition.SUPPLEMENT_ONCE if blocks else Disposition.ACCEPT,
            notice_text="一次性补正告知书",
            citizen_text="还要改的地方",
        )

    def close(self) -> None:
        """Count the closings."""
        self.closed += 1

    def _of(self, request: Request, file_id: str, part: Part) -> list[Finding]:
        name = part.fields.get(FieldName.NAME)
        valid_to = part.fields.get(FieldName.VALID_TO)
        found = []
        if name and request.applicant and name.value != request.applicant:
            found.append(
                finding(
                    FindingCode.NAME_MISMATCH,
                    f"姓名对不上：身份证写的是「{name.value}」，申请人是「{request.applicant}」。",
                    "请把写错的改正，两处要一字不差。",
                    "id-card",
                    file_id,
                    name.box,
                    expected=request.applicant,
                    found=name.value,
                )
            )
        if valid_to and valid_to.value < request.as_of.isoformat():
            found.append(
                finding(
                    FindingCode.EXPIRED,
                    f"居民身份证已过期（有效期到 {valid_to.value}）。",
                    "请先换领新的居民身份证，再用新证来办。",
                    "id-card",
                    file_id,
                    valid_to.box,
                )
            )
        return found


def finding(
    code: FindingCode,
    message: str,
    how_to_fix: str,
    material_id: str,
    file_id: str | None = None,
    box: tuple[int, int, int, int] | None = None,
    **more: str,
) -> Finding:
    """A blocking finding."""
    page = 1 if box else None
    return Finding(
        code, Severity.BLOCK, message, how_to_fix, "办事指南", 0.97, material_id, file_id, page, box, **more
    )


def picture(name: str) -> bytes:
    """A page that looks like a card; the same name gives the same bytes."""
    image = Image.new("RGB", SIZE, (225, 235, 240))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((20, 20, SIZE[0] - 20, SIZE[1] - 20), 30, outline=(120, 140, 150), width=4)
    draw.rectangle(NAME_BOX, fill=(200, 210, 215))
    draw.rectangle(NUMBER_BOX, fill=(200, 210, 215))
    draw.text((60, 40), hashlib.sha256(name.encode()).hexdigest()[:8], fill=(80, 90, 95))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
