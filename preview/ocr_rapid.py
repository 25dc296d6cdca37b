"""The default OCR engine: PP-OCRv6 small through RapidOCR on ONNX Runtime, with the weights inside its wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np

from preview.errors import OcrError, OcrUnavailableError
from preview.ocr import Image, in_reading_order, quad_of
from preview.schema import TextLine

DETECTION_SIDE = 1280
"""Text is looked for at this size and read at full size: half the time of a full-size search on an A4 page."""

SMALL_SIDE = 1000
"""A picture with a shorter long side is enlarged before it is read."""

WEAK_SCORE, SURE_SCORE = 0.6, 0.8
"""A line read more weakly than the first may lie upside down; it does if it reads better than the second turned."""

_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}


class RapidEngine:
    """RapidOCR behind our protocol. Not for several threads at once. Nothing is fetched when it runs."""

    name = "rapid"

    def __init__(self, threads: int = 2, detection_side: int = DETECTION_SIDE) -> None:
        try:
            import rapidocr
        except ImportError as error:
            raise OcrUnavailableError(self.name, "package rapidocr") from error
        folder = Path(rapidocr.__file__).parent / "models"
        for model in _MODELS.values():
            if not (folder / model).is_file():
                raise OcrUnavailableError(self.name, model)
        self._ocr: Any = rapidocr.RapidOCR(
            params={
                "Global.text_score": 0.0,  # weak lines count too: they show that something cannot be read
                "Global.max_side_len": 4000,
                "Global.log_level": "error",
                "Global.use_cls": False,  # it turns level lines upside down now and then; see `_turned_if_weak`
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.limit_type": "max",
                "Det.limit_side_len": detection_side,
                **{f"{part}.model_path": str(folder / model) for part, model in _MODELS.items()},
            }
        )

    def read(self, image: Image) -> list[TextLine]:
        """Read all lines of an upright picture."""
        height, width = image.shape[:2]
        scale = min(max(SMALL_SIDE / max(height, width), 1.0), 2.0)
        page = _enlarged(image, scale)
        try:
            result = self._ocr(page, use_det=True, use_cls=False, use_rec=True)
            if result.boxes is None or result.txts is None:
                return []
            found = list(zip(result.boxes, result.txts, map(float, result.scores), strict=True))
            read = [(points, *self._turned_if_weak(page, points, text, score)) for points, text, score in found]
        except Exception as error:
            raise OcrError(f"RapidOCR: {type(error).__name__}") from error
        return in_reading_order(
            TextLine(text.strip(), score, quad_of((points / scale).tolist(), width, height))
            for points, text, score in read
            if text.strip()
        )

    def _turned_if_weak(self, page: Image, points: Any, text: str, score: float) -> tuple[str, float]:
        """Read a line that made no sense once more upside down, and take the surer reading."""
        if score >= WEAK_SCORE or len(text) < 3:
            return text, score
        result = self._ocr(_cut(page, points)[::-1, ::-1], use_det=False, use_cls=False, use_rec=True)
        turned = float(result.scores[0]) if result.txts else 0.0
        return (result.txts[0], turned) if turned > max(score, SURE_SCORE) else (text, score)


def _cut(page: Image, points: Any) -> Image:
    """Cut a line out and make it level."""
    import cv2

    width = max(round(float(np.linalg.norm(points[1] - points[0]))), 4)
    height = max(round(float(np.linalg.norm(points[3] - points[0]))), 4)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.asarray(points, np.float32), target)
    return cast("Image", cv2.warpPerspective(page, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE))


def _enlarged(image: Image, scale: float) -> Image:
    if scale <= 1:
        return image
    import cv2

    return cast("Image", cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
