"""What can go wrong in the assistant; expected endings are statuses, not errors."""

from __future__ import annotations


class AssistantError(Exception):
    """Base of every error of this room."""


class ModelUnavailableError(AssistantError):
    """The base model is absent, dead or too slow; the approved answer is given instead."""


class ModelReplyError(AssistantError):
    """The base model answered, but not in the forced form (cut off, refused, not JSON)."""
