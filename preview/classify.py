"""Which document a set of lines is: titles and anchors weigh, foreign words rule out, file names hint."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from preview.documents import DocumentKind, documents
from preview.folding import fold
from preview.layout import Piece, line_height, rows
from preview.schema import DocumentType

TITLE_WEIGHT = 6.0
ACCEPTED_SCORE = 3.2
_WATERMARK = re.compile(r"仅[供限用]|他用无效|复印件?无效|再次复印|与原件(?:一致|相符)|此复印件|专用于")
_NOT_A_TITLE = re.compile(
    r"[:：。;；,，?？]|^\d|^第.{1,4}条|提[交供]|附[件:]|粘贴|^[(（]?[一二三四五六七八九十]、|签名|签字|见附|详见|根据|请[在于用将按各您]"
)


@dataclass(frozen=True)
class Guess:
    """The type that explains the lines best. `score` is the weight of the evidence, `title` the line it rests on."""

    document_type: DocumentType
    confidence: float
    score: float = 0.0
    title: str = ""
    large_title: bool = False


@dataclass(frozen=True)
class _Title:
    text: str
    large: bool


def classify(pieces: Sequence[Piece], file_name: str = "") -> Guess:
    """Tell what document the pieces of a page or region are; `other` with low confidence when nothing tells.

    The file's name adds a little to a type that the lines already speak for, never enough to overturn them.
    """
    if not pieces:
        return Guess(DocumentType.OTHER, 0.0)
    text = _text_of(pieces)
    titles = _titles(pieces)
    sober = "\n".join(line for line in text.split("\n") if not _WATERMARK.search(line))
    scored = sorted(
        ((_score(kind, text, sober, titles, file_name), kind) for kind in documents().kinds.values()),
        key=lambda s: -s[0][0],
    )
    (score, title), kind = scored[0]
    second = scored[1][0][0]
    foreign = next((t for t in titles if any(p.search(t.text) for p in documents().other_titles)), None)
    if foreign is not None and not (
        title and title.text != foreign.text and title.large >= foreign.large and score >= 9
    ):
        return Guess(DocumentType.OTHER, 0.9 if foreign.large else 0.75, TITLE_WEIGHT, foreign.text, foreign.large)
    share = min(1.0, score / kind.full)
    margin = min(1.0, 2 * (score - second) / max(score, 1.0))
    confidence = round(share**0.5 * (0.55 + 0.45 * margin), 3)
    if score < ACCEPTED_SCORE or confidence < 0.35:
        return Guess(DocumentType.OTHER, round(0.3 + 0.5 * (1 - share) if len(text) > 40 else 0.2, 3), score)
    return Guess(kind.document_type, confidence, score, title.text if title else "", bool(title and title.large))


def _score(
    kind: DocumentKind, text: str, sober: str, titles: Sequence[_Title], file_name: str
) -> tuple[float, _Title | None]:
    title = next((t for t in titles if any(p.search(t.text) for p in kind.titles)), None)
    weight = sum(anchor.weight for anchor in kind.anchors if anchor.pattern.search(text))
    if title is not None:
        weight += TITLE_WEIGHT + (1.0 if title.large else 0.0)
    if kind.document_type is DocumentType.APPLICATION_FORM:
        weight += _form_evidence(text)
    if not all(any(word.search(text) for word in group) for group in kind.needs):
        weight *= 0.4
    if any(word.search(sober) for word in kind.never):
        weight *= 0.75 if title is not None else 0.3
    if weight >= 1.5 and any(name in file_name for name in kind.file_names):
        weight += 1.0
    return weight, title


def _form_evidence(text: str) -> float:
    """Weigh how many lines are labels of a form: up to 4, nothing below five labels."""
    book = documents().form_book
    lines = {line for line in text.split("\n") if line}
    found = {line.split(":")[0] for line in lines if line.split(":")[0] in book.entries}
    return min(4.0, 0.4 * len(found)) if len(found) >= 5 else 0.0


def _text_of(pieces: Sequence[Piece]) -> str:
    """Give all lines folded, one a line, then the rows joined, for words that were read in parts."""
    lines = [fold(p.text) for p in pieces]
    joined = ["".join(fold(p.text) for p in row) for row in rows(pieces) if len(row) > 1]
    return "\n".join([*lines, *joined])


def _titles(pieces: Sequence[Piece]) -> list[_Title]:
    """Give the lines that may be a title: short, no sentence, large or in the upper part; largest first."""
    usual = line_height(pieces)
    top, bottom = min(p.box[1] for p in pieces), max(p.box[3] for p in pieces)
    upper = top + 0.35 * (bottom - top)
    found: list[tuple[float, _Title]] = []
    for row in rows(pieces):
        groups = [[p] for p in row] + ([row] if len(row) > 1 else [])
        for group in groups:
            text = "".join(fold(p.text) for p in group).strip('《》"“”*·-—_ ')
            if not 2 <= len(text) <= 32 or _NOT_A_TITLE.search(text):
                continue
            height = max(p.height for p in group)
            large = height >= 1.3 * usual
            middle = sum(p.middle[1] for p in group) / len(group)
            if large or middle <= upper or len(pieces) <= 12:
                found.append((height, _Title(text, large)))
    found.sort(key=lambda f: -f[0])
    return [title for _, title in found]
