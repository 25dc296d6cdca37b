"""What a file's documents are and what stands on them: lines of OCR in, typed parts out."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from preview.documents import documents
from preview.fields import READERS, Contents
from preview.layout import inside
from preview.schema import DocumentType, FieldName, FieldValue, FilePages, Part, Seal
from preview.split import Image, ImageOf, Section, no_image, sections_of
from preview.straight import levelled, tilt_of, turned_back

logger = logging.getLogger(__name__)
_IDENTIFYING = (FieldName.NAME, FieldName.ID_NUMBER, FieldName.HOLDER, FieldName.CERTIFICATE_NO, FieldName.VALID_TO)
_DATE_BESIDE = re.compile(r"^\d{1,4}[年月]?(?=[\u4e00-\u9fff]{4})|(?<=[\u4e00-\u9fff])\d{1,2}月(?:\d{0,2}日?)?$")
_READABLE_SEAL = 0.8


def recognise(file: FilePages, image_of: ImageOf = no_image) -> tuple[Part, ...]:
    """Find the documents of a file and read their fields, in page order.

    A document that cannot be told is a part of type `other` with low confidence and no fields; a field that
    cannot be read is left out. `image_of` gives a page's picture (by page number) where it was kept: on a copy
    without colour it tells bare paper from a grey seal.
    """
    tilts = {page.page_no: tilt_of(page) for page in file.pages}
    level = replace(file, pages=tuple(levelled(page, tilts[page.page_no]) for page in file.pages))

    def level_image(page_no: int) -> Image | None:
        return tilts[page_no].image(image_of(page_no))

    parts: list[Part] = []
    for section in sections_of(level, level_image):
        part = _read(section)
        index = next((i for i, earlier in enumerate(parts) if _one_card(earlier, part)), None)
        if index is None:
            parts.append(part)
        else:
            parts[index] = _merged(parts[index], part)
    logger.info("recognised parts=%d pages=%d", len(parts), len(file.pages))
    return tuple(turned_back(part, tilts) for part in parts)


def _read(section: Section) -> Part:
    guess = section.guess
    kind = documents().kinds.get(guess.document_type)
    contents = READERS[guess.document_type](section, kind) if kind is not None else Contents()
    seals = _seals(section)
    fields = dict(contents.fields)
    text = max((s for s in seals if s.text and s.score >= _READABLE_SEAL), key=lambda s: s.score, default=None)
    if text is not None and guess.document_type is not DocumentType.ID_CARD_BACK:
        page_no = next((p.page_no for p in section.pages if text in p.seals), section.pages[0].page_no)
        fields[FieldName.SEAL_TEXT] = _seal_text(text, page_no)
    return Part(
        document_type=guess.document_type,
        confidence=round(guess.confidence * (1.0 if all(p.quality.readable for p in section.pages) else 0.6), 3),
        pages=tuple(p.page_no for p in section.pages),
        region=section.region,
        title=guess.title,
        fields=fields,
        labelled=contents.labelled,
        blanks=contents.blanks,
        signature_places=contents.signature_places,
        sealed=_sealed(section, seals, kind is not None and kind.layout == "card"),
        persons=contents.persons,
    )


def _seal_text(seal: Seal, page_no: int) -> FieldValue:
    """Give a seal's words; the star is sometimes read as 福, and a doubtful reading is trusted much less."""
    words = re.sub(r"^福(?![建州田清鼎安永])", "", seal.text) if seal.score < 0.99 else seal.text
    confidence = seal.score if seal.score >= 0.97 else seal.score - 0.35
    bare = _DATE_BESIDE.sub("", words)
    if bare != words:  # the date beside the seal was read into it
        words, confidence = bare, min(confidence, 0.79)
    words = re.sub(r"(?<!妇)幼保健院", "妇幼保健院", words).replace("不办产", "不动产")
    return FieldValue(words, round(confidence, 3), page_no, seal.box, seal.text)


def _seals(section: Section) -> list[Seal]:
    region = section.region
    return [
        seal
        for page in section.pages
        for seal in page.seals
        if region is None or inside(((seal.box[0] + seal.box[2]) / 2, (seal.box[1] + seal.box[3]) / 2), region)
    ]


def _sealed(section: Section, seals: list[Seal], card: bool) -> bool | None:
    """Tell whether a seal is there; None on cards (their emblem is red too) and where no colour can be seen."""
    if card:
        return None
    if seals:
        return True
    return None if any(p.quality.is_copy or not p.quality.readable for p in section.pages) else False


def _one_card(earlier: Part, part: Part) -> bool:
    """Tell whether two parts are the sides or leaves of one card: same type, nothing said twice differently."""
    if earlier.document_type is not part.document_type or part.document_type is DocumentType.OTHER:
        return False
    kind = documents().kinds[part.document_type]
    if kind.layout != "card" or part.document_type in (DocumentType.ID_CARD_FRONT, DocumentType.ID_CARD_BACK):
        return False
    both = [n for n in _IDENTIFYING if n in earlier.fields and n in part.fields]
    if any(earlier.fields[n].value != part.fields[n].value for n in both):
        return False
    return len(both) < len([n for n in _IDENTIFYING if n in part.fields]) or not part.fields


def _merged(earlier: Part, part: Part) -> Part:
    region = earlier.region if earlier.pages == part.pages else None
    if region is not None and part.region is not None:
        a, b = region, part.region
        region = min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
    surer = {
        n: v for n, v in part.fields.items() if n not in earlier.fields or v.confidence > earlier.fields[n].confidence
    }
    return replace(
        earlier,
        confidence=max(earlier.confidence, part.confidence),
        pages=tuple(dict.fromkeys((*earlier.pages, *part.pages))),
        region=region,
        fields={**earlier.fields, **surer},
        labelled={**part.labelled, **earlier.labelled},
    )
