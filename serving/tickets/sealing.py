"""Encrypts what belongs to callers before it reaches the disk, where a key is set."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from serving.tickets.errors import TicketsNotSavedError

PLAIN, ENCRYPTED = b"p", b"s"
"""First byte of a sealed column."""


class Seal:
    """Seals and opens columns. `key`: a Fernet key; None: plain. `path` tells callers' tokens of stores apart."""

    def __init__(self, path: Path, key: str | None) -> None:
        self._cipher = Fernet(key) if key else None
        self._caller_key = hashlib.sha256(b"caller" + (key or str(path)).encode()).digest()

    def sealed(self, value: Any) -> bytes:
        """Seal a value that JSON can hold."""
        return self.sealed_bytes(plain_json(value).encode("utf-8", "replace"))

    def opened(self, data: bytes) -> Any:
        """Read a sealed column, also one that was kept before a key was set."""
        return json.loads(self.opened_bytes(data))

    def sealed_bytes(self, data: bytes) -> bytes:
        """Seal bytes."""
        return ENCRYPTED + self._cipher.encrypt(data) if self._cipher else PLAIN + data

    def opened_bytes(self, data: bytes) -> bytes:
        """Read sealed bytes, also such as were kept before a key was set."""
        if data[:1] == PLAIN:
            return data[1:]
        if self._cipher is None:
            raise TicketsNotSavedError("tickets are encrypted and GUANJIA_TICKETS__KEY is not set")
        return self._cipher.decrypt(data[1:])

    def token(self, phone: str | None) -> str | None:
        """Give what stands for a caller in queries: a keyed hash of the number, not the number."""
        return hmac.new(self._caller_key, phone.encode(), hashlib.sha256).hexdigest()[:24] if phone else None


def plain_json(value: Any) -> str:
    """Write a value as JSON with Chinese characters as they are."""
    return json.dumps(value, ensure_ascii=False)
