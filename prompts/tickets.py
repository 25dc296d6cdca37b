"""The fixed sentences of hotline tickets (tickets.yaml)."""

from __future__ import annotations

from prompts.texts import Texts

ticket_text = Texts("tickets.yaml").text
"""Give the sentence at a dotted path, filled with `$variables`."""
