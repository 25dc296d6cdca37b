"""What pre-review keeps: files and records on disk, sealed where a key is set, gone when their time is over."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from serving.previews.build import build_previews
from serving.previews.cases import CaseStore
from serving.previews.database import Database
from serving.previews.desk import GivenFile, Previews
from serving.previews.errors import CaseGoneError, WrongKeyError
from serving.previews.migrations import MIGRATIONS
from serving.previews.records import CaseStatus, Channel, Decision, NewCase, Outcome, Stage
from serving.previews.vault import Vault
from serving.previews.worker import MAX_ATTEMPTS
from serving.settings import PreviewSettings, Settings

from .preview_engine import PaperEngine, picture
from .preview_serving import starter

NAME = "林小满"


def previews_at(folder: Path, engine: PaperEngine | None = None, **given: object) -> Previews:
    """Pre-review over a folder; nothing is read until its worker runs."""
    settings = Settings(_env_file=None, data_dir=folder, preview=PreviewSettings(**given))  # type: ignore[arg-type]
    previews = build_previews(settings, starter())
    previews._make_engine = lambda: engine or PaperEngine()
    return previews


def take(previews: Previews, *names: str, channel: Channel = Channel.WINDOW, applicant: str = NAME) -> str:
    """Hand files in."""
    new = NewCase("jz-apply", "", applicant=applicant, channel=channel)
    return previews.take(new, [GivenFile(name, picture(name)) for name in names])[0]


def until(condition: Callable[[], bool], timeout_s: float = 15.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def on_disk(folder: Path) -> bytes:
    """Everything that stands below a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_with_a_key_nothing_of_the_applicant_can_be_read_on_disk(tmp_path: Path) -> None:
    previews = previews_at(tmp_path, key=Fernet.generate_key().decode())
    preview_id = take(previews, "林小满的身份证.jpg")
    previews.worker.run(preview_id)
    assert previews.cases.case(preview_id).new.applicant == NAME
    assert previews.readings.files(preview_id)[0].name == "林小满的身份证.jpg"
    assert previews.page_image(preview_id, "f1", 1)[0] == picture("林小满的身份证.jpg")
    kept = on_disk(tmp_path)
    assert NAME.encode() not in kept
    assert b"441900199003070023" not in kept
    assert b"JFIF" not in kept


def test_without_a_key_the_same_folder_is_refused_and_not_destroyed(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    preview_id = take(previews_at(tmp_path, key=key), "身份证.jpg")
    other = previews_at(tmp_path, key=Fernet.generate_key().decode())
    for previews in (previews_at(tmp_path), other):
        with pytest.raises(WrongKeyError):
            previews.cases.case(preview_id)
    again = previews_at(tmp_path, key=key)
    again.worker.run(preview_id)
    assert again.cases.case(preview_id).status is CaseStatus.DONE


def test_files_that_were_kept_before_a_key_was_set_are_still_read(tmp_path: Path) -> None:
    preview_id = take(previews_at(tmp_path), "身份证.jpg")
    later = previews_at(tmp_path, key=Fernet.generate_key().decode())
    later.worker.run(preview_id)
    assert later.cases.case(preview_id).status is CaseStatus.DONE


def test_a_key_of_the_wrong_length_is_refused_by_the_settings() -> None:
    with pytest.raises(ValueError, match="key"):
        PreviewSettings(key="c2hvcnQ=")  # type: ignore[arg-type]


def test_the_retention_rule_deletes_files_and_names_but_not_the_figures(tmp_path: Path) -> None:
    previews = previews_at(tmp_path, keep_days=2, citizen_hours=3)
    window = take(previews, "窗口.jpg", "身份证反面.jpg", applicant="林小曼")
    citizen = take(previews, "市民.jpg", channel=Channel.CITIZEN)
    for preview_id in (window, citizen):
        previews.worker.run(preview_id)
    previews.decide(window, Decision(Stage.WINDOW, Outcome.RETURN, officer="07"))
    now = dt.datetime.now(dt.UTC)
    assert previews.worker.purge(now + dt.timedelta(hours=2)) == 0
    assert previews.worker.purge(now + dt.timedelta(hours=4)) == 1
    assert previews.cases.case(window).report is not None
    assert previews.worker.purge(now + dt.timedelta(days=3)) == 1
    for preview_id in (window, citizen):
        assert not (tmp_path / "previews" / preview_id).exists()
        with pytest.raises(CaseGoneError):
            previews.live(preview_id)
    assert previews.cases.case(window).status is CaseStatus.DONE
    assert set(previews.cases.findings(window))
    assert previews.cases.findings(citizen) == {}
    assert previews.decisions.decided(window)["window"]["outcome"] == "return"
    previews.decide(window, Decision(Stage.FINAL, Outcome.ACCEPT))  # the back office decides weeks later
    assert NAME.encode() not in on_disk(tmp_path)


def test_migrations_run_twice_and_at_once_without_harm(tmp_path: Path) -> None:
    path = tmp_path / "previews.sqlite"
    faults: list[Exception] = []

    def open_it() -> None:
        try:
            CaseStore(Database(path, Vault(tmp_path / "previews"))).recent(1)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    open_it()
    assert faults == []
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_a_file_that_crashes_the_engine_costs_itself_only(tmp_path: Path) -> None:
    previews = previews_at(tmp_path)
    preview_id = take(previews, "崩溃.jpg", "身份证正面.jpg")
    previews.worker.run(preview_id)
    first, second = previews.readings.files(preview_id)
    assert previews.cases.case(preview_id).status is CaseStatus.DONE
    assert (first.summary["problem"], second.summary["problem"]) == ("crashed", None)


def test_a_file_that_keeps_ending_the_process_is_set_aside(tmp_path: Path) -> None:
    engine = PaperEngine()
    previews = previews_at(tmp_path, engine)
    preview_id = take(previews, "身份证正面.jpg")
    for _ in range(MAX_ATTEMPTS):
        previews.readings.begin_file(preview_id, "f1")  # as if the process had ended after each of them
    previews.worker.run(preview_id)
    assert engine.read == []
    assert previews.readings.files(preview_id)[0].summary["problem"] == "crashed"
    assert previews.cases.case(preview_id).status is CaseStatus.DONE


def test_a_case_cancelled_while_it_is_read_stops_at_the_next_page(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def gate(name: str, page: int) -> None:
        begun.set()
        go_on.wait(10)

    engine = PaperEngine(gate)
    previews = previews_at(tmp_path, engine)
    preview_id = take(previews, "申请表两页.jpg", "身份证正面.jpg")
    previews.worker.start()
    begun.wait(10)
    previews.delete(preview_id)
    go_on.set()
    until(lambda: previews.cases.case(preview_id).status is CaseStatus.CANCELLED)
    until(lambda: not (tmp_path / "previews" / preview_id).exists())
    previews.close()
    assert engine.read == []


def test_a_file_added_while_others_are_read_is_read_as_well(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def gate(name: str, page: int) -> None:
        begun.set()
        go_on.wait(10)

    engine = PaperEngine(gate)
    previews = previews_at(tmp_path, engine)
    preview_id = take(previews, "身份证正面.jpg")
    previews.worker.start()
    begun.wait(10)
    previews.add_files(preview_id, [GivenFile("身份证反面.jpg", picture("身份证反面.jpg"))])
    go_on.set()
    until(lambda: previews.cases.case(preview_id).status is CaseStatus.DONE)
    previews.close()
    assert engine.read == ["身份证正面.jpg", "身份证反面.jpg"]
    report = previews.cases.case(preview_id).report
    assert report is not None
    assert len(report["files"]) == 2


def test_stopping_breaks_off_and_the_next_start_goes_on(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def gate(name: str, page: int) -> None:
        if "两页" in name:
            begun.set()
            go_on.wait(10)

    previews = previews_at(tmp_path, PaperEngine(gate))
    preview_id = take(previews, "身份证正面.jpg", "申请表两页.jpg")
    previews.worker.start()
    begun.wait(10)
    stopper = threading.Thread(target=previews.close)
    stopper.start()
    go_on.set()
    stopper.join(15)
    assert previews.cases.case(preview_id).status is CaseStatus.READING
    assert previews.readings.files(preview_id)[1].attempts == 0
    engine = PaperEngine()
    later = previews_at(tmp_path, engine)
    later.worker.start()
    until(lambda: later.cases.case(preview_id).status is CaseStatus.DONE)
    later.close()
    assert engine.read == ["申请表两页.jpg"]


CRASHING = """
    import sys, time
    from pathlib import Path
    from tests.serving.preview_engine import PaperEngine
    from tests.serving.test_previews_keep import previews_at, take

    folder = Path(sys.argv[1])
    def gate(name, page):
        if name == "第三份.jpg":
            (folder / "in-mid-case").touch()
            time.sleep(60)
    previews = previews_at(folder, PaperEngine(gate))
    print(take(previews, "第一份.jpg", "第二份.jpg", "第三份.jpg", "第四份.jpg"), flush=True)
    previews.worker.start()
    time.sleep(60)
"""


def test_a_process_killed_in_mid_case_loses_no_file_and_the_case_goes_on(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CRASHING), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        assert process.stdout is not None
        preview_id = process.stdout.readline().strip()
        until((tmp_path / "in-mid-case").exists, 30)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    engine = PaperEngine()
    previews = previews_at(tmp_path, engine)
    assert previews.cases.case(preview_id).status is CaseStatus.READING
    previews.worker.start()
    until(lambda: previews.cases.case(preview_id).status is CaseStatus.DONE)
    previews.close()
    assert engine.read == ["第三份.jpg", "第四份.jpg"]  # what was read before is not read again
    report = previews.cases.case(preview_id).report
    assert report is not None
    assert [file["name"] for file in report["files"]] == ["第一份.jpg", "第二份.jpg", "第三份.jpg", "第四份.jpg"]
    image, _ = previews.page_image(preview_id, "f1", 1)
    assert image == picture("第一份.jpg")


def test_two_processes_never_read_the_same_case_at_once(tmp_path: Path) -> None:
    engine = PaperEngine(lambda name, page: time.sleep(0.1))
    first, second = previews_at(tmp_path, engine), previews_at(tmp_path, engine)
    preview_id = take(first, "甲.jpg", "乙.jpg", "丙.jpg")
    threads = [threading.Thread(target=one.worker.run, args=(preview_id,)) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(engine.read) == sorted(["甲.jpg", "乙.jpg", "丙.jpg"])


def test_an_idle_worker_gives_the_engine_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.previews.worker.IDLE_S", 0.0)
    monkeypatch.setattr("serving.previews.worker.LOOK_EVERY_S", 0.02)
    engine = PaperEngine()
    previews = previews_at(tmp_path, engine)
    preview_id = take(previews, "身份证正面.jpg")
    previews.worker.start()
    until(lambda: previews.cases.case(preview_id).status is CaseStatus.DONE)
    until(lambda: engine.closed > 0)
    previews.close()
