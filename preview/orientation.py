"""Which way up a page is: a small classifier whose weights lie in this room."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from preview.errors import ModelFileError
from preview.ocr import Image

MODEL = Path(__file__).parent / "models" / "doc_orientation.onnx"
SHA256 = "2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2"

_ANGLES = (0, 90, 180, 270)
_SHORT_SIDE, _CROP = 256, 224
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)


class Orientation:
    """PP-LCNet_x1_0_doc_ori on ONNX Runtime. Raises ModelFileError when the weights are missing or altered."""

    def __init__(self, model: Path = MODEL, threads: int = 1) -> None:
        import onnxruntime

        if not model.is_file():
            raise ModelFileError(model.name, "missing")
        weights = model.read_bytes()
        if hashlib.sha256(weights).hexdigest() != SHA256:
            raise ModelFileError(model.name, "its SHA-256 is not the expected one")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

    def angle(self, image: Image) -> tuple[int, float]:
        """Give how far the page lies clockwise of upright (0, 90, 180, 270), and the probability of it.

        A long page is looked at in its middle and towards both ends, since the network sees squares.
        """
        crops = np.stack([_prepared(crop) for crop in _squares(image)])
        scores = self._session.run(None, {"x": crops})[0].mean(axis=0)
        best = int(scores.argmax())
        return _ANGLES[best], float(scores[best])


def _squares(image: Image) -> list[Image]:
    import cv2

    height, width = image.shape[:2]
    scale = _SHORT_SIDE / min(height, width)
    size = max(round(width * scale), _CROP), max(round(height * scale), _CROP)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    spare_y, spare_x = small.shape[0] - _CROP, small.shape[1] - _CROP
    starts = [(spare_y // 2, spare_x // 2)]
    if max(spare_y, spare_x) > _CROP // 3:
        starts += [(spare_y // 6, spare_x // 6), (spare_y - spare_y // 6, spare_x - spare_x // 6)]
    return [small[y : y + _CROP, x : x + _CROP] for y, x in starts]


def _prepared(square: Image) -> np.ndarray:
    rgb = square[:, :, ::-1].astype(np.float32) / 255
    return np.ascontiguousarray(((rgb - _MEAN) / _STD).transpose(2, 0, 1))
