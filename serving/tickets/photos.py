"""Photos of a citizen's complaint (随手拍): made anew on arrival, so that nothing but the picture is kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

from serving.tickets.errors import TicketError, TicketNotFoundError, TicketsNotSavedError

MOST_PHOTOS = 5
LONGEST_SIDE = 2048
MOST_PIXELS = 80_000_000
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF")


class BadPhotoError(TicketError):
    """A file is no picture that can be kept."""

    code = "bad_photo"


def clean_photos(files: Sequence[bytes]) -> list[bytes]:
    """Encode pictures anew as JPEG, upright, at most 2048 px long, without EXIF (place, time, device).

    Raises:
        BadPhotoError: too many, too large, or not a picture.
    """
    if len(files) > MOST_PHOTOS:
        raise BadPhotoError(f"照片最多 {MOST_PHOTOS} 张，请去掉几张再提交。")
    return [_clean(data, no) for no, data in enumerate(files, 1)]


def _clean(data: bytes, no: int) -> bytes:
    from PIL import Image, ImageOps  # at the first photo: the server starts without it

    with suppress(ImportError):  # an extra: without it HEIC is no picture that can be opened
        from pillow_heif import register_heif_opener

        register_heif_opener()
    Image.init()  # else a format whose module nobody has loaded is a KeyError
    try:
        with Image.open(io.BytesIO(data), formats=[f for f in FORMATS if f in Image.OPEN]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BadPhotoError(f"第 {no} 张照片太大，请换一张小一些的。")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadPhotoError(f"第 {no} 张不是能打开的照片，请用 JPG 或 PNG。") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)  # a picture without any of the old one's notes
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


class PhotoStore:
    """Keeps photos below `folder`, one folder per ticket; encrypted where the tickets are."""

    def __init__(self, folder: Path, key: str | None = None) -> None:
        self._folder = folder
        self._cipher = Fernet(key) if key else None

    def save(self, ticket_id: str, photos: Sequence[bytes]) -> int:
        """Keep the photos of a ticket; sent again they replace the same ones. Gives how many there are."""
        own = self._folder / ticket_id
        try:
            own.mkdir(parents=True, exist_ok=True)
            for no, data in enumerate(photos, 1):
                draft = own / f"{no}.new"
                draft.write_bytes(self._cipher.encrypt(data) if self._cipher else data)
                draft.replace(own / f"{no}.jpg")
        except OSError as error:
            raise TicketsNotSavedError(str(error)) from error
        return len(photos)

    def count(self, ticket_id: str) -> int:
        """Tell how many photos a ticket has."""
        return sum(1 for _ in (self._folder / ticket_id).glob("*.jpg"))

    def get(self, ticket_id: str, no: int) -> bytes:
        """Give a photo as JPEG; they count from 1. Raises TicketNotFoundError."""
        try:
            data = (self._folder / ticket_id / f"{no}.jpg").read_bytes()
        except OSError as error:
            raise TicketNotFoundError(ticket_id) from error
        return self._cipher.decrypt(data) if self._cipher else data
