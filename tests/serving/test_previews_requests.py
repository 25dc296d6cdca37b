"""What is asked for is understood in people's words, and the setting on unverified content reaches the engine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from knowledge_base.content import load_content
from preview.schema import Request, Severity
from serving.previews.build import build_previews
from serving.previews.errors import BadRequestError
from serving.previews.requests import clean_situation
from serving.settings import Settings

KB = load_content()


@pytest.mark.parametrize(
    ("item", "given", "understood"),
    [
        ("sb-flexible", {"applicant-type": "non-dongguan"}, {"applicant-type": "non-dongguan"}),
        ("sb-flexible", {"applicant-type": "非东莞户籍或港澳台"}, {"applicant-type": "non-dongguan"}),
        ("sb-flexible", {"applicant-type": "外省户口"}, {"applicant-type": "non-dongguan"}),
        ("sb-flexible", {"applicant-type": "非本地户籍"}, {"applicant-type": "non-dongguan"}),
        ("sb-flexible", {"您属于哪一类参保人员？": "个体户"}, {"applicant-type": "sole-trader"}),
        ("sb-flexible", {"非本地户籍": "是"}, {"非本地户籍": "是"}),
    ],
)
def test_situations_are_understood_by_label_alias_and_condition(
    item: str, given: dict[str, str], understood: dict[str, str]
) -> None:
    assert clean_situation(KB.items[item], given) == understood


def test_an_answer_that_nobody_knows_is_refused_with_the_options() -> None:
    with pytest.raises(BadRequestError, match="sole-trader"):
        clean_situation(KB.items["sb-flexible"], {"applicant-type": "火星户口"})


@pytest.mark.parametrize(("accept", "severity"), [(True, Severity.BLOCK), (False, Severity.HINT)])
def test_the_setting_on_unverified_content_reaches_the_engine(
    tmp_path: Path, accept: bool, severity: Severity
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, accept_unverified=accept)
    engine = build_previews(settings, KB).engine()
    try:
        report = engine.check(Request("mz-elder-card", {}, dt.date(2026, 11, 20)), [], "p1")
    finally:
        engine.close()
    assert [f.severity for f in report.findings] == [severity]
    assert report.findings[0].message.startswith("待核实") is not accept
