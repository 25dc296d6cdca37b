"""The texts of pre-review: prompts/preview.yaml."""

from __future__ import annotations

from preview.schema import DocumentType
from prompts.texts import Texts

_TEXTS = Texts("preview.yaml")
text = _TEXTS.text
group = _TEXTS.group


def type_name(kind: DocumentType | str) -> str:
    """Give what a document type is called, `id_card` for both sides included."""
    return text(f"types.{kind}")
