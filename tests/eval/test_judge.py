"""Tests of eval/judge.py, with a judge that is a small server of our own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from eval.enquiries import Verdict, judge
from eval.judge import Grade, JudgeError, agreement, gradable, grade, judge_model, kappa
from eval.runs import load_run
from serving.build import Product
from serving.cli import app
from serving.settings import JudgeSettings, ModelSettings, Settings

from .conftest import make_case, make_prediction


class Judge(BaseHTTPRequestHandler):
    """Finds an answer right that says 不收费; cannot be read on 乱, fails on 坏."""

    def do_POST(self) -> None:
        prompt = self.rfile.read(int(self.headers["content-length"])).decode()
        said = json.loads(prompt)["messages"][0]["content"].rpartition("【答复】")[2]
        if "坏" in said:
            self.send_error(400)
            return
        reply = f'想一想 {{"right": {json.dumps("不收费" in said)}, "reason": "比过"}}' if "乱" not in said else "嗯"
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "judge", "choices": [
            {"index": 0, "delta": {"role": "assistant", "content": reply}, "finish_reason": "stop"}]}  # fmt: skip
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def judge_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()


def verdict(case_id: str, text: str, fact: str = "不收费") -> Verdict:
    return judge(make_case(case_id, facts=[[fact]]), make_prediction(text=text, case_id=case_id))


def settings(url: str | None, name: str = "pinned-judge") -> Settings:
    own = JudgeSettings(url=url, name=name, api_key=SecretStr("k"))
    return Settings(_env_file=None, judge=own, model=ModelSettings(name="answering"))


async def test_judge_grades_twice_and_its_agreement_is_told(judge_url: str) -> None:
    verdicts = [
        verdict("right", "居住证不收费"),
        verdict("wrong", "居住证收20元"),
        verdict("rules-say-no", "居住证不收费", fact="免费"),
        verdict("unreadable", "乱"),
        verdict("failed", "坏"),
    ]
    grades = await grade(judge_model(settings(judge_url)), verdicts)
    assert len(grades) == 10
    found = agreement("pinned-judge", grades, verdicts)
    assert (found.runs, found.n, found.unscored) == (2, 3, 4)
    assert (found.accuracy.right, found.accuracy.n) == (4, 6)
    assert found.between_runs == 1.0
    assert found.with_rules == pytest.approx(0.4)
    assert "κ=0.40" in str(found)


def test_only_answers_with_known_facts_are_graded() -> None:
    assert gradable([verdict("a", "不收费"), judge(make_case("b"), make_prediction())])[0].case.id == "a"
    assert gradable([judge(make_case("c", facts=[["x"]]), make_prediction("unanswerable"))]) == []


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], None),
        ([(True, True)], None),
        ([(True, True), (False, False)], 1.0),
        ([(True, False), (False, True)], -1.0),
        ([(True, True), (True, True), (False, False), (True, False)], 0.5),
    ],
)
def test_kappa(pairs: list[tuple[bool, bool]], expected: float | None) -> None:
    assert kappa(pairs) == (None if expected is None else pytest.approx(expected))


def test_judge_that_failed_throughout_agrees_with_nobody() -> None:
    found = agreement("j", [Grade("a", 1, None, ""), Grade("a", 2, None, "")], [verdict("a", "不收费")])
    assert (found.n, found.unscored, found.with_rules) == (0, 2, None)


@pytest.mark.parametrize(
    ("given", "problem"),
    [(settings(None), "GUANJIA_JUDGE__URL"), (settings("http://127.0.0.1:1/v1", "answering"), "不能是作答的模型")],
)
def test_judge_must_be_set_and_another_model(given: Settings, problem: str) -> None:
    with pytest.raises(JudgeError, match=problem):
        judge_model(given)


def test_command_adds_the_judge_to_the_run(
    judge_url: str, product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUANJIA_JUDGE__URL", judge_url)
    monkeypatch.setenv("GUANJIA_JUDGE__NAME", "pinned-judge")
    monkeypatch.setattr("serving.build.build", lambda settings, say: product)
    case = {"id": "fee", "question": "居住证签注要钱吗", "expect": {"status": "answered", "facts": [["不收费"]]}}
    (tmp_path / "cases.jsonl").write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    arguments = ["eval", "enquiries", "--cases", "cases.jsonl", "--run", "judged", "--judge"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "评审模型 pinned-judge，2 遍，1 条：判对 100.0%" in result.output
    assert load_run(Path("runs/judged")).record["judge"]["judge"] == "pinned-judge"
    assert len(Path("runs/judged/judge.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_command_without_a_judge_says_what_to_set(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("serving.build.build", lambda settings, say: product)
    (tmp_path / "c.jsonl").write_text(
        '{"id":"a","question":"你好","expect":{"status":"smalltalk"}}', encoding="utf-8"
    )
    result = CliRunner().invoke(app, ["eval", "enquiries", "--cases", "c.jsonl", "--judge"])
    assert result.exit_code == 2
    assert "GUANJIA_JUDGE__URL" in result.output
