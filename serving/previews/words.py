"""The wording of the faces of pre-review: prompts/preview_faces.yaml."""

from __future__ import annotations

from prompts.texts import Texts

_TEXTS = Texts("preview_faces.yaml")
word = _TEXTS.text
words = _TEXTS.group
