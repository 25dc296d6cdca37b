"""Files of cases on disk, one folder per case, encrypted where a key is set."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from serving.previews.errors import StorageError, WrongKeyError

SEALED = ".sealed"
_PLAIN_MARK, _SEALED_MARK = b"p", b"s"


class Vault:
    """Keeps and seals what belongs to a case.

    `key`: a Fernet key (32 bytes, url-safe base64), or None for plain files. Names of parts are chosen by
    the server and never come from an upload.
    """

    def __init__(self, root: Path, key: str | None = None) -> None:
        self._root = root
        self._cipher = Fernet(key) if key else None

    @property
    def encrypts(self) -> bool:
        """Whether what is kept is encrypted."""
        return self._cipher is not None

    def folder(self, preview_id: str) -> Path:
        """The folder of a case, made if need be, for its owner's eyes only."""
        path = self._root / preview_id
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def write(self, preview_id: str, name: str, data: bytes) -> None:
        """Put a part on disk in one step: after a crash it is there whole or not at all.

        Raises:
            StorageError: the disk is full or cannot be written.
        """
        sealed = self._cipher.encrypt(data) if self._cipher else data
        try:
            target = self.folder(preview_id) / (name + SEALED if self._cipher else name)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            half = target.with_name(target.name + ".part")
            with half.open("wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            half.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            raise StorageError(str(error)) from error

    def read(self, preview_id: str, name: str) -> bytes:
        """Give a part back, also one that was kept before a key was set.

        Raises:
            FileNotFoundError: there is none.
            WrongKeyError: it was sealed with another key.
        """
        path = self._root / preview_id / name
        sealed = path.with_name(path.name + SEALED)
        return self._decrypted(sealed.read_bytes()) if sealed.is_file() else path.read_bytes()

    def drop(self, preview_id: str, name: str) -> None:
        """Delete a part or a folder of parts; nothing happens when it is not there."""
        path = self._root / preview_id / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
            path.with_name(path.name + SEALED).unlink(missing_ok=True)

    def drop_case(self, preview_id: str) -> None:
        """Delete the whole folder of a case.

        Raises:
            StorageError: something could not be deleted.
        """
        folder = self._root / preview_id
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(str(error)) from error

    def seal(self, data: bytes) -> bytes:
        """Make a value for the database: a mark, and the data encrypted where a key is set."""
        return _SEALED_MARK + self._cipher.encrypt(data) if self._cipher else _PLAIN_MARK + data

    def unseal(self, data: bytes) -> bytes:
        """Undo `seal`, whether or not a key was set at the time.

        Raises:
            WrongKeyError: the key is not the one it was sealed with.
        """
        return self._decrypted(data[1:]) if data[:1] == _SEALED_MARK else data[1:]

    def _decrypted(self, token: bytes) -> bytes:
        if self._cipher is None:
            raise WrongKeyError
        try:
            return self._cipher.decrypt(token)
        except InvalidToken as error:
            raise WrongKeyError from error


def _sync_folder(folder: Path) -> None:
    """Have the new name of a file on disk, too; where folders cannot be synced (Windows) the rename has to do."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
