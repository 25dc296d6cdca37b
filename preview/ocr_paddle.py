"""The other OCR engine: PaddleOCR 3.7 pipelines on ONNX Runtime, with local model folders.

PaddleOCR pins other versions of OpenCV and numpy than we use, so it lives in an environment of its own and runs as
`python -m preview.ocr_paddle` under that environment's interpreter. Each picture goes in as a line of JSON
(`{"height": h, "width": w}`) and its bytes, each answer comes out as a line of JSON
(`{"lines": [[text, score, [[x, y] × 4]]…]}` or `{"error": …}`). Nothing is ever downloaded.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np

from preview.errors import OcrError, OcrUnavailableError
from preview.ocr import Image, in_reading_order, quad_of
from preview.schema import TextLine

SIZES = ("medium", "small", "tiny")
"""PP-OCRv6 models, best first: the first size with folders for detection and recognition is used."""

LINE_MODEL = "PP-LCNet_x1_0_textline_ori"
DETECTION_SIDE = 1280
_FILES = ("inference.onnx", "inference.yml")


class PaddleEngine:
    """PaddleOCR in a process of its own, behind our protocol. Not for several threads at once.

    `python`: the interpreter of its environment; `models`: the folder with one folder for each model.
    Raises OcrUnavailableError when either is missing.
    """

    name = "paddle"

    def __init__(self, python: str, models: str, threads: int = 2, size: str = "") -> None:
        if not python or not Path(python).is_file():
            raise OcrUnavailableError(self.name, f"interpreter {python!r}")
        self.size = model_size(Path(models), size)
        root = str(Path(__file__).parent.parent)
        self._process = subprocess.Popen(
            [python, "-m", "preview.ocr_paddle", "--models", models, "--size", self.size, "--threads", str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": root, "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True"},
        )
        started = self._answer()
        if "ready" not in started:
            self.close()
            raise OcrUnavailableError(self.name, str(started.get("error", "it does not start")))

    @property
    def pid(self) -> int:
        """The process that holds the models."""
        return self._process.pid

    def read(self, image: Image) -> list[TextLine]:
        """Read all lines of an upright picture."""
        height, width = image.shape[:2]
        try:
            stream = _pipe(self._process.stdin)
            stream.write(json.dumps({"height": height, "width": width}).encode() + b"\n")
            stream.write(np.ascontiguousarray(image).tobytes())
            stream.flush()
        except OSError as error:
            raise OcrError("PaddleOCR: its process has ended") from error
        answer = self._answer()
        if "lines" not in answer:
            raise OcrError(f"PaddleOCR: {answer.get('error', 'its process has ended')}")
        lines = (TextLine(text, float(score), quad_of(quad, width, height)) for text, score, quad in answer["lines"])
        return in_reading_order(lines)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _answer(self) -> dict[str, Any]:
        line = _pipe(self._process.stdout).readline()
        try:
            return dict(json.loads(line))
        except ValueError:
            return {}


def model_size(models: Path, size: str = "") -> str:
    """Give the model size to use: `size`, or the best that is there. Raises OcrUnavailableError when none is."""
    for each in (size,) if size else SIZES:
        names = [f"PP-OCRv6_{each}_{part}" for part in ("det", "rec")]
        if all((models / name / file).is_file() for name in names for file in _FILES):
            return each
    wanted = f"PP-OCRv6_{size or '*'}_det and _rec with {' and '.join(_FILES)} in {str(models)!r}"
    raise OcrUnavailableError(PaddleEngine.name, wanted)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _pipeline(models: Path, size: str, threads: int) -> Any:
    """Make the pipeline; every part that is switched on has its folder, so nothing is looked for elsewhere."""
    from paddleocr import PaddleOCR

    has_lines = all((models / LINE_MODEL / file).is_file() for file in _FILES)
    options: dict[str, Any] = {}
    for part, name in (("detection", "det"), ("recognition", "rec")):
        options[f"text_{part}_model_name"] = f"PP-OCRv6_{size}_{name}"
        options[f"text_{part}_model_dir"] = str(models / f"PP-OCRv6_{size}_{name}")
    if has_lines:
        options["textline_orientation_model_name"] = LINE_MODEL
        options["textline_orientation_model_dir"] = str(models / LINE_MODEL)
    return PaddleOCR(
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": threads, "inter_op_num_threads": 1},
        device="cpu",
        use_doc_orientation_classify=False,  # our own step has turned the page already
        use_doc_unwarping=False,
        use_textline_orientation=has_lines,
        text_det_limit_side_len=DETECTION_SIDE,
        text_det_limit_type="max",
        text_rec_score_thresh=0.0,
        **options,
    )


def serve(models: Path, size: str, threads: int) -> None:
    """Answer pictures until the line is closed."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print stays out of the answers
    try:
        pipeline = _pipeline(models, size, threads)
    except Exception as error:  # whatever a foreign library says at the start is the reason it cannot be used
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:300]}), file=answers, flush=True)
        return
    print(json.dumps({"ready": True}), file=answers, flush=True)
    pictures = sys.stdin.buffer
    while head := pictures.readline():
        size_of = json.loads(head)
        shape = int(size_of["height"]), int(size_of["width"]), 3
        image = np.frombuffer(pictures.read(shape[0] * shape[1] * 3), np.uint8).reshape(shape)
        try:
            answer: dict[str, Any] = {"lines": _lines(pipeline.predict(image)[0])}
        except Exception as error:
            answer = {"error": type(error).__name__}
        print(json.dumps(answer, ensure_ascii=False), file=answers, flush=True)


def _lines(result: Any) -> list[list[Any]]:
    found = zip(result["rec_texts"], result["rec_scores"], result["rec_polys"], strict=True)
    return [[text, float(score), np.asarray(poly).tolist()] for text, score, poly in found if text.strip()]


def main() -> None:
    """Serve, in PaddleOCR's own environment."""
    parser = argparse.ArgumentParser(prog="python -m preview.ocr_paddle", description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--size", choices=SIZES, required=True)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    serve(given.models, given.size, given.threads)


if __name__ == "__main__":
    main()
