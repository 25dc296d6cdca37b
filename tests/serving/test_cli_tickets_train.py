"""Tests of serving/cli_tickets_train.py: a city trains on its own table and goes back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.tickets.versions import SHIPPED, ModelVersions
from serving import cli_tickets_train
from serving.cli_tickets_train import tickets_train_app

run = CliRunner().invoke


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GUANJIA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(cli_tickets_train, "MOST_EMBEDDED", 0)  # n-grams alone: no embedding in these tests
    return tmp_path / "data"


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.csv"
    said = {"市政设施": ("路灯不亮", "市政处"), "环境卫生": ("垃圾没人清", "环卫处"), "噪声": ("施工太吵", "环保站")}
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["工单编号", "诉求内容", "问题分类", "承办单位"])
        for label, (words, department) in said.items():
            table.writerows([n, f"{n}号院门口{words}", label, department] for n in range(12))
        table.writerow(["x", "", "噪声", ""])
    return path


def test_city_trains_on_its_own_table_and_rolls_back(history: Path, own_data_dir: Path) -> None:
    done = run(tickets_train_app, ["train", str(history), "--why", "首次训练"])
    assert done.exit_code == 0, done.output
    assert "文本“诉求内容”，分类“问题分类”，部门“承办单位”" in done.output
    assert "第 38 行：文本是空的" in done.output
    assert "派单：留出准确率" in done.output
    versions = ModelVersions(own_data_dir / "tickets" / "models")
    assert versions.current() != SHIPPED
    assert versions.history()[0].why == "首次训练"
    assert f"* {versions.current()}" in run(tickets_train_app, ["models"]).output
    assert run(tickets_train_app, ["rollback"]).exit_code == 0
    assert versions.current() == SHIPPED


def test_version_that_is_only_kept_is_not_used(history: Path, own_data_dir: Path) -> None:
    assert run(tickets_train_app, ["train", str(history), "--no-use"]).exit_code == 0
    versions = ModelVersions(own_data_dir / "tickets" / "models")
    assert (versions.current(), len(versions.known())) == (SHIPPED, 2)
    assert run(tickets_train_app, ["rollback", "--to", versions.known()[1]]).exit_code == 0
    assert versions.current() == versions.known()[1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["train", "absent.csv"], 4, "文件不存在"),
        (["rollback"], 2, "没有可以回退的版本"),
        (["rollback", "--to", "20200101-000000"], 2, "没有版本"),
    ],
)
def test_wrong_use_ends_with_one_line_and_a_code(arguments: list[str], code: int, said: str) -> None:
    ended = run(tickets_train_app, arguments)
    assert ended.exit_code == code
    assert said in ended.output


def test_table_with_too_little_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("诉求内容,诉求分类\n路灯不亮,市政\n", encoding="utf-8")
    ended = run(tickets_train_app, ["train", str(path)])
    assert ended.exit_code == 4
    assert "至少两个分类" in ended.output
