"""Whether the base model can be asked, in one word and one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ModelState(StrEnum):
    """Whether the base model can be asked."""

    OFF = "off"  # not wanted, or stopped
    ABSENT = "absent"  # no model file; picked up as soon as it is there
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"


@dataclass(frozen=True)
class ModelStatus:
    """State of the base model; `detail` tells the operator in Chinese what is wrong and the way out."""

    state: ModelState
    detail: str = ""

    @property
    def ready(self) -> bool:
        """Whether the base model can be asked now."""
        return self.state is ModelState.READY
