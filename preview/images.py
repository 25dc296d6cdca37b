"""Page images: written without metadata, read again, turned, straightened; and their perceptual digest."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np

from preview.ocr import Image

JPEG_QUALITY = 88
_DIGEST_SIDE = 16
_DIGEST_STEP = 3.0


def as_jpeg(image: Image) -> bytes:
    """Encode as JPEG; nothing but the pixels goes in."""
    import cv2

    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise OSError("the page image could not be encoded")
    return bytes(data.tobytes())


def read_jpeg(path: Path) -> Image:
    """Read a page image that was written by this room."""
    import cv2

    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{path.name} is not a picture")
    return cast("Image", picture)


def turned(image: Image, angle: int) -> Image:
    """Make a page upright that lies `angle` degrees (0, 90, 180, 270) clockwise of upright."""
    return np.ascontiguousarray(np.rot90(image, angle // 90))


def straightened(image: Image, skew_deg: float) -> Image:
    """Turn so that lines which fall by `skew_deg` to the right run level; the canvas grows with it."""
    import cv2

    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), skew_deg, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[:, 2] += (wide - width) / 2, (high - height) / 2
    level = cv2.warpAffine(image, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cast("Image", level)


def shrunk(image: Image, long_side: int) -> Image:
    """Give the picture with its longer side at most `long_side` pixels."""
    import cv2

    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    if scale >= 1:
        return image
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return cast("Image", cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def digest_of(image: Image) -> str:
    """Give 256 bits in hex that change little under scaling, recompression and brightness (difference hash)."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    small = cv2.resize(grey, (_DIGEST_SIDE + 1, _DIGEST_SIDE), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] - small[:, :-1] > _DIGEST_STEP).ravel()  # whole levels would leave plain ground to chance
    return np.packbits(bits).tobytes().hex()


def digest_distance(one: str, other: str) -> float:
    """Give the share of bits in which two digests differ, 0 to 1; 1 when either is empty."""
    if not one or len(one) != len(other):
        return 1.0
    return (int(one, 16) ^ int(other, 16)).bit_count() / (4 * len(one))
