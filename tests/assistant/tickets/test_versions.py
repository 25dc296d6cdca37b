"""Tests of assistant/tickets/versions.py."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from assistant.tickets.classify import MODEL
from assistant.tickets.learning import learn
from assistant.tickets.linear import LinearModel, ModelFileError
from assistant.tickets.versions import SHIPPED, ModelVersions, VersionError
from knowledge_base.content import load_content

from .known_matters import table

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return learn(table(), load_content(), None, "test").model


def test_shipped_model_is_in_use_until_another_is_trained(tmp_path: Path) -> None:
    versions = ModelVersions(tmp_path / "models")
    assert (versions.current(), versions.path(), versions.known()) == (SHIPPED, MODEL, [SHIPPED])


def test_trained_version_is_used_only_when_told_and_can_be_rolled_back(tmp_path: Path, model: LinearModel) -> None:
    versions = ModelVersions(tmp_path)
    first, second = versions.add(model, {"examples": 60}, NOW), versions.add(model, {"examples": 60}, NOW)
    assert first != second
    assert versions.current() == SHIPPED
    versions.use(first, "试用", NOW)
    versions.use(second, "再训练", NOW)
    assert versions.path() == tmp_path / second / "appeals.npz"
    assert versions.rollback("退单变多", NOW).after == first
    assert versions.rollback("还是多", NOW).after == SHIPPED
    with pytest.raises(VersionError):
        versions.rollback("再退", NOW)
    assert [s.why for s in versions.history()] == ["试用", "再训练", "退单变多", "还是多"]


def test_damaged_version_is_not_put_to_use(tmp_path: Path, model: LinearModel) -> None:
    versions = ModelVersions(tmp_path)
    version = versions.add(model, {}, NOW)
    versions.path(version).write_bytes(b"broken")
    with pytest.raises(ModelFileError):
        versions.use(version, "试用", NOW)
    assert versions.current() == SHIPPED


@pytest.mark.parametrize("version", ["20200101-000000", "../up", ""])
def test_unknown_version_is_refused(version: str, tmp_path: Path) -> None:
    with pytest.raises(VersionError):
        ModelVersions(tmp_path).use(version or "x/y", "试用", NOW)
