"""Which pages, or which region of a page, make one document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from preview.classify import Guess, classify
from preview.dates import Span, read_span
from preview.documents import documents
from preview.folding import fold
from preview.layout import Piece, line_height, pieces_of, united
from preview.numbers import read_id
from preview.schema import Box, DocumentType, FilePages, Page

_CUTS_TRIED = 6
_CARD_THAT_PAYS = {DocumentType.SOCIAL_SECURITY_CARD, DocumentType.BANK_CARD}
"""Social security cards carry a bank's name and card number; that does not make them two cards."""
_HOLDER = re.compile(r"姓名|姓[^名]{2,5}性")
_CAPTION = re.compile(r"复印件|正反面|^(?:夫妻)?双方.{0,12}$|粘贴处|仅[供限]|他用无效|与原件(?:一致|相符)")
Image = NDArray[Any]
ImageOf = Callable[[int], Image | None]


def no_image(page_no: int) -> Image | None:
    """Give no picture: what is read then rests on the lines alone."""
    return None


@dataclass(frozen=True)
class Section:
    """The lines of one document. `region` is None when it has its pages to itself.

    `image_of` gives the picture of a page (BGR, in the pixels of its boxes) or None when it was not kept.
    """

    guess: Guess
    pages: tuple[Page, ...]
    pieces: tuple[Piece, ...]
    region: Box | None = None
    image_of: ImageOf = no_image


def sections_of(file: FilePages, image_of: ImageOf = no_image) -> list[Section]:
    """Find the documents of a file in page order; a page without any line is a section of type other."""
    sections: list[Section] = []
    for page in file.pages:
        for section in _on_page(page, file.name, single=len(file.pages) == 1):
            previous = sections[-1] if sections else None
            if previous is not None and _goes_on(previous, section):
                sections[-1] = _together(previous, section)
            else:
                sections.append(section)
    return [replace(section, image_of=image_of) for section in sections]


def _on_page(page: Page, file_name: str, single: bool) -> Iterator[Section]:
    pieces = pieces_of(page)
    hint = file_name if single else ""
    groups = _groups(pieces, classify(pieces, hint), depth=0)
    for group, guess in groups:
        region = None
        if len(groups) > 1:
            margin = round(line_height(group))
            left, top, right, bottom = united(p.box for p in group)
            region = (
                max(0, left - margin),
                max(0, top - margin),
                min(page.width, right + margin),
                min(page.height, bottom + margin),
            )
        yield Section(guess, (page,), tuple(group), region)


def _groups(pieces: Sequence[Piece], whole: Guess, depth: int) -> list[tuple[Sequence[Piece], Guess]]:
    """Cut a page at a gap into two documents where both sides are documents of their own."""
    if len(pieces) < 6 or depth > 3:
        return [(pieces, whole)]
    best: tuple[float, list[tuple[Sequence[Piece], Guess]]] | None = None
    for gap, one, other in _cuts(pieces):
        first, second = classify(one), classify(other)
        if _two_documents(one, first, other, second):
            worth = first.confidence + second.confidence + gap
            if best is None or worth > best[0]:
                best = worth, [(one, first), (other, second)]
    if best is None:
        return [(pieces, whole)]
    return [group for part, guess in best[1] for group in _groups(part, guess, depth + 1)]


def _two_documents(one: Sequence[Piece], first: Guess, other: Sequence[Piece], second: Guess) -> bool:
    layouts = {
        documents().kinds[g.document_type].layout
        for g in (first, second)
        if g.document_type is not DocumentType.OTHER
    }
    if DocumentType.OTHER in (first.document_type, second.document_type) or not layouts <= {
        "card",
        "sheet",
        "booklet",
    }:
        return False
    least = 0.6 if layouts == {"card"} else 0.8
    if min(first.confidence, second.confidence) < least or "card" not in layouts:
        return False
    if not (_names_itself(one, first) and _names_itself(other, second) and _far_apart(one, other, 1.5)):
        return False
    if {first.document_type, second.document_type} == _CARD_THAT_PAYS:
        return not _is_one_card([*one, *other]) and _far_apart(one, other, 3)
    if first.document_type is not second.document_type:
        return True
    of_side = _spans if first.document_type is DocumentType.ID_CARD_BACK else _numbers
    told = of_side(one), of_side(other)
    return bool(told[0] and told[1] and not told[0] & told[1])


def _numbers(pieces: Sequence[Piece]) -> set[str]:
    return {reading.value for p in pieces if (reading := read_id(p.text)) and reading.valid}


def _spans(pieces: Sequence[Piece]) -> set[Span]:
    return {span for p in pieces if (span := read_span(p.text)) and span.start and span.end}


def _far_apart(one: Sequence[Piece], other: Sequence[Piece], lines: float) -> bool:
    """Tell whether there is room for the edges of two papers, so many lines high, between two groups of lines."""
    a, b = united(p.box for p in one), united(p.box for p in other)
    return max(b[1] - a[3], b[0] - a[2]) >= lines * line_height([*one, *other])


def _is_one_card(pieces: Sequence[Piece]) -> bool:
    """Tell whether lines fill the shape of one card (85.6 × 54 mm, lying): two cards make it a column or a band."""
    left, top, right, bottom = united(p.box for p in pieces)
    return 1.15 <= (right - left) / max(1, bottom - top) <= 2.4


def _names_itself(pieces: Sequence[Piece], guess: Guess) -> bool:
    """Tell whether a side carries what only its own type carries: its title or its weightiest word."""
    text = "".join(fold(p.text) for p in pieces)
    if guess.document_type is DocumentType.ID_CARD_FRONT and not _HOLDER.search(text):
        return False  # the lower half of another card with the same labels
    anchors = documents().kinds[guess.document_type].anchors
    heaviest = max(a.weight for a in anchors)
    found = [a.weight for a in anchors if a.pattern.search(text)]
    return len(found) >= 3 and (bool(guess.title) or max(found) >= heaviest - 0.4) and sum(found) >= 5.5


def _cuts(pieces: Sequence[Piece]) -> Iterator[tuple[float, list[Piece], list[Piece]]]:
    """Give the widest gaps, across and down, as (gap as share of the page's extent, before, behind).

    A caption over or under the cards (身份证复印件) bridges the gap between them and belongs to neither.
    """
    cards = [p for p in pieces if not _CAPTION.search(fold(p.text))]
    pieces = cards if len(cards) >= 4 else pieces
    box = united(p.box for p in pieces)
    for low, high in ((1, 3), (0, 2)):
        ordered = sorted(pieces, key=lambda p: p.box[low])
        extent = max(1, box[high] - box[low])
        gaps: list[tuple[float, int]] = []
        reach = ordered[0].box[high]
        for number, piece in enumerate(ordered[1:], start=1):
            if piece.box[low] > reach - 0.15 * piece.height and 2 <= number <= len(ordered) - 2:
                gaps.append(((piece.box[low] - reach) / extent, number))
            reach = max(reach, piece.box[high])
        for gap, number in sorted(gaps, reverse=True)[:_CUTS_TRIED]:
            yield gap, list(ordered[:number]), list(ordered[number:])


def _goes_on(previous: Section, section: Section) -> bool:
    """Tell whether a page belongs to the document before it."""
    kind = documents().kinds.get(previous.guess.document_type)
    if (
        kind is None
        or kind.layout not in ("paged", "booklet")
        or previous.region is not None
        or section.region is not None
    ):
        return False
    guess = section.guess
    same = guess.document_type is previous.guess.document_type
    if kind.layout == "booklet":
        return same
    if guess.document_type is DocumentType.OTHER:
        return not guess.title
    if same:
        return not guess.large_title
    layout = documents().kinds[guess.document_type].layout
    return layout == "paged" and not guess.title


def _together(previous: Section, section: Section) -> Section:
    return replace(previous, pages=(*previous.pages, *section.pages), pieces=(*previous.pieces, *section.pieces))
