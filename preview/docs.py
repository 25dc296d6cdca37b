"""A document together with the file it lies in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from preview.rules import rules
from preview.schema import (
    Box,
    DocumentType,
    FieldName,
    FieldValue,
    FilePages,
    FileReading,
    Page,
    Part,
    QualityProblem,
)

_CAPTION = 10
"""So many characters may stand on a photograph."""

_HARMLESS = {QualityProblem.NO_TEXT, QualityProblem.LOW_RESOLUTION, QualityProblem.SCREEN_PHOTO}
"""What a photograph without text has, and is a photograph all the same; a blurred or dark page is none."""


@dataclass(frozen=True)
class Doc:
    """A document together with the file it lies in. `index` counts the documents of the file."""

    file: FilePages
    part: Part
    index: int

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all other documents of the case."""
        return self.file.file_id, self.index

    @property
    def type(self) -> DocumentType:
        """What it is."""
        return self.part.document_type

    @property
    def pages(self) -> tuple[Page, ...]:
        """Its pages."""
        return tuple(page for page in self.file.pages if page.page_no in self.part.pages)

    @property
    def first_page(self) -> int:
        """The page to point at."""
        return self.part.pages[0] if self.part.pages else 1

    def field(self, *names: FieldName) -> FieldValue | None:
        """Give the first of the fields that was read."""
        return next((self.part.fields[n] for n in names if n in self.part.fields and self.part.fields[n].value), None)

    def value(self, *names: FieldName) -> str:
        """Give the value of the first of the fields that was read, empty if none."""
        found = self.field(*names)
        return found.value if found else ""

    @property
    def subject(self) -> FieldValue | None:
        """The name of the person (or company) whose document it is."""
        return self.field(*rules().subject.get(self.type, ()))

    @property
    def names(self) -> tuple[FieldValue, ...]:
        """Everybody it names as one of those it is about."""
        fields = [self.field(n) for n in (FieldName.HOLDER, FieldName.CO_OWNER, FieldName.LESSEE, FieldName.LESSOR)]
        found = [self.subject, *fields, *(person.name for person in self.part.persons)]
        return tuple(f for f in found if f is not None)

    @property
    def text(self) -> str:
        """All its text."""
        return "\n".join(line.text for page in self.pages for line in page.lines if self._holds(line.box))

    @property
    def cut_off(self) -> bool:
        """Whether one of its pages is not wholly in the picture."""
        return any(QualityProblem.CUT_OFF in page.quality.problems for page in self.pages)

    @property
    def is_copy(self) -> bool:
        """Whether it is a black-and-white copy."""
        return any(page.quality.is_copy for page in self.pages)

    def _holds(self, box: Box) -> bool:
        if self.part.region is None:
            return True
        left, top, right, bottom = self.part.region
        return left <= (box[0] + box[2]) / 2 <= right and top <= (box[1] + box[3]) / 2 <= bottom


def documents(readings: Iterable[FileReading]) -> tuple[Doc, ...]:
    """Give every document that can be read, in the order of the file ids."""
    ordered = sorted(readings, key=lambda reading: reading.file.file_id)
    docs = [
        Doc(r.file, part, n) for r in ordered if not r.file.problem for n, part in enumerate(r.parts or _whole(r))
    ]
    return tuple(doc for doc in docs if readable(doc))


def _whole(reading: FileReading) -> tuple[Part, ...]:
    """Take a file in which no document was found as one unknown document."""
    pages = tuple(page.page_no for page in reading.file.pages)
    return (Part(DocumentType.OTHER, 0.0, pages),) if pages else ()


def readable(doc: Doc) -> bool:
    """Tell whether a document has a page that can be read, or is a photograph."""
    return any(page.quality.readable for page in doc.pages) or is_photo(doc)


def is_photo(doc: Doc) -> bool:
    """Tell whether a document is a picture with next to no text, of people as far as can be told."""
    if doc.type is not DocumentType.OTHER or doc.part.title:
        return False
    return any(_is_picture(page) for page in doc.pages)


def _is_picture(page: Page) -> bool:
    if sum(len(line.text) for line in page.lines) > _CAPTION:
        return False
    problems = set(page.quality.problems)
    return page.quality.readable or (bool(problems) and problems <= _HARMLESS)
