"""Tests of `guanjia kb import` and of the commands that run on an imported knowledge base, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serving.api import create_app
from serving.build import build
from serving.settings import ModelSettings, ModelUse, Settings

from .test_cli import run

TABLE = "问题,答案,部门\n河滨区养犬登记费是多少？,重点管理区每只每年200元。,公安分局\n{more}"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a knowledge base of one table and one line of JSON."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "faq.csv").write_text(TABLE.format(more=""), encoding="utf-8-sig")
    (folder / "docs.jsonl").write_text(
        json.dumps({"doc_id": "p1", "title": "河滨路停车办法", "text": "河滨路停车白天每小时5元，夜间免费。"}) + "\n",
        encoding="utf-8",
    )
    done = run(
        "kb",
        "import",
        str(folder / "faq.csv"),
        str(folder / "docs.jsonl"),
        "--kb",
        str(folder / "kb"),
        data_dir=folder,
    )
    assert done.returncode == 0, done.stderr
    assert (
        "读到    新增    替换    未变    拒绝    文件\n1       1       0       0       0       faq.csv" in done.stdout
    )
    assert "索引已建好：2 份文件" in done.stdout
    return folder


def test_importing_the_same_file_again_changes_nothing(base: Path) -> None:
    kb = base / "kb"
    before = {p: p.stat().st_mtime_ns for p in kb.rglob("*") if p.is_file() and p.suffix != ".sqlite"}
    done = run("kb", "import", str(base / "faq.csv"), "--kb", str(kb), data_dir=base)
    assert (done.returncode, "没有变化" in done.stdout) == (0, True)
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_bad_rows_are_told_and_the_exit_code_says_so(base: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(TABLE.format(more="只有问题？,,\n"), encoding="gb18030")
    done = run(
        "kb",
        "import",
        str(tmp_path / "bad.csv"),
        str(tmp_path / "no.pdf"),
        "--kb",
        str(tmp_path / "kb"),
        data_dir=base,
    )
    assert done.returncode == 4
    assert "拒绝 bad.csv 第 3 行：答案（内容）是空的" in done.stderr
    assert "拒绝 no.pdf 整个文件：文件不存在" in done.stderr
    assert "索引已建好：1 份文件" in done.stdout


def test_nothing_but_broken_files_builds_no_index(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    done = run("kb", "import", str(tmp_path / "a.pdf"), "--kb", str(tmp_path / "kb"), data_dir=tmp_path)
    assert done.returncode == 4
    assert not (tmp_path / "kb" / "index").exists()
    asked = run("ask", "--kb", str(tmp_path / "kb"), "停车", data_dir=tmp_path)
    assert asked.returncode != 0


def test_ask_show_check_and_build_run_on_it(base: Path) -> None:
    kb = ("--kb", str(base / "kb"))
    asked = run("ask", *kb, "养狗登记费多少钱", data_dir=base)
    assert "重点管理区每只每年200元。" in asked.stdout
    assert "公安分局 faq.csv" in asked.stdout
    assert "p1" in run("kb", "show", *kb, data_dir=base).stdout
    assert "夜间免费" in run("kb", "show", "p1", *kb, data_dir=base).stdout
    assert run("kb", "show", "p2", *kb, data_dir=base).returncode == 2
    assert "2 份文件" in run("kb", "check", *kb, data_dir=base).stdout
    assert "2 份文件" in run("kb", "build", *kb, data_dir=base).stdout


def test_a_folder_of_service_items_is_not_imported_into(tmp_path: Path) -> None:
    (tmp_path / "kb" / "items").mkdir(parents=True)
    (tmp_path / "a.csv").write_text(TABLE.format(more=""), encoding="utf-8")
    done = run("kb", "import", str(tmp_path / "a.csv"), "--kb", str(tmp_path / "kb"), data_dir=tmp_path)
    assert (done.returncode, "换一个文件夹" in done.stderr) == (2, True)


def test_the_server_runs_on_it(base: Path, own_environment: None) -> None:
    settings = Settings(_env_file=None, data_dir=base, kb_dir=base / "kb", model=ModelSettings(use=ModelUse.NEVER))
    with TestClient(create_app(build(settings))) as client:
        assert client.get("/readyz").json()["index"]["items"] == 2
        reply = client.post("/v1/enquiries", json={"question": "河滨路夜间停车收费吗？"}).json()
        assert (reply["status"], reply["tier"], reply["item_ids"]) == ("answered", "passage", ["p1"])
        assert client.get("/v1/domains").json()["domains"] == []
