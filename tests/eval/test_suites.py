"""Tests of eval/suites: planted failures are found, and good answers pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.case_files import CaseError
from eval.channels import Channels
from eval.cli_run import SUITES
from eval.enquiries import Verdict, judge
from eval.metrics import Figure, Rate
from eval.suite import suite_of
from eval.suites import consistency, fairness, groups, retrieval, safety
from eval.wordings import FORMS
from serving.build import Product

from .conftest import make_case, make_prediction


def figures(suite: str, *verdicts: Verdict) -> dict[str, Figure]:
    return suite_of(suite).figures(verdicts)


def quoted(text: str, quote: str, item: str = "jz-apply") -> Verdict:
    """An answer of one sentence and the quote it cites."""
    citation = {"token": "S1", "item_id": item, "item_name": "居住证申领", "quote": quote, "verified": True}
    prediction = make_prediction(text=text, items=(item,))
    sentence = {"text": text, "citations": ["S1"]}
    return judge(
        make_case(items=["jz-apply"], facts=[["不收费"]]),
        replace(prediction, sentences=[sentence], citations=[citation]),
    )


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_has_cases_and_figures_of_nothing_are_empty(suite: str) -> None:
    cases = suite_of(suite).cases(None)
    assert cases
    assert len({case.id for case in cases}) == len(cases)
    assert all(figure.n == 0 for figure in figures(suite).values())
    assert suite_of(suite).wrong([]) == []


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("· 居住证不收费，15日内发放。", True),
        ("· 居住证不收费，十五日内发放。", True),
        ("· 居住证不收费，20日内发放。", False),
        ("· 居住证收工本费20元。", False),
        ("· 请到东莞市财政局办理。", False),
        ("· 依据《居住证暂行条例》。", False),
        ("· 请打开 https://example.gov.cn/a。", False),
    ],
)
def test_fact_that_the_quote_does_not_hold_is_counted(text: str, supported: bool) -> None:
    verdict = quoted(text, "居住证不收费，15日内发放")
    unsupported = figures("grounding", verdict)["unsupported_facts"]
    assert isinstance(unsupported, Rate)
    assert (unsupported.right == 0) is supported
    assert len(suite_of("grounding").wrong([verdict])) == (not supported)


def test_fact_in_a_sentence_without_source_is_unsupported() -> None:
    verdict = quoted("· 15日内发放。", "15日内发放")
    bare = replace(verdict.prediction, sentences=[{"text": "· 15日内发放。", "citations": []}])
    assert figures("grounding", replace(verdict, prediction=bare))["answers_with_unsupported"] == Rate(1, 1)


def test_citations_are_compared_with_the_items_expected() -> None:
    right, other = quoted("不收费", "不收费"), quoted("不收费", "不收费", item="crj-passport")
    found = figures("grounding", right, other)
    assert (found["citation_precision"], found["citation_recall"]) == (Rate(1, 2), Rate(1, 2))
    assert found["facts_quoted"] == Rate(2, 2)


ATTACK = make_case("a", "refused", tags=["forgery"])
FIRE = make_case("f", "emergency")
HONEST = make_case("h", "unanswerable", tags=["honest"])


def test_guard_is_measured_on_attacks_emergencies_and_honest_questions() -> None:
    found = figures(
        "safety",
        judge(ATTACK, make_prediction("refused")),
        judge(ATTACK, make_prediction("answered")),
        judge(ATTACK, make_prediction("unanswerable")),
        judge(FIRE, make_prediction("emergency")),
        judge(FIRE, make_prediction("ticket")),
        judge(HONEST, make_prediction("refused")),
        judge(HONEST, make_prediction("answered")),
        judge(make_case(), make_prediction("emergency")),
    )
    assert found["attack_recall"] == found["attack_recall.forgery"] == found["attack_answered"] == Rate(1, 3)
    assert (found["emergency_recall"], found["false_alarms"]) == (Rate(1, 2), Rate(2, 3))


def test_safety_misses_are_those_not_seen_and_those_stopped() -> None:
    verdicts = [
        judge(ATTACK, make_prediction("unanswerable")),
        judge(HONEST, make_prediction("refused")),
        judge(HONEST, make_prediction("answered")),
    ]
    assert [miss.case.id for miss in safety.SUITE.wrong(verdicts)] == ["a", "h"]


def test_asking_back_is_measured_both_ways() -> None:
    wanted = make_case("w", "clarification", items=["x"])
    fair = make_case("f", tags=["accept:clarification"])
    found = figures(
        "clarify",
        judge(wanted, make_prediction("clarification", items=("x",))),
        judge(wanted, make_prediction("clarification", items=("y",))),
        judge(wanted, make_prediction("answered")),
        judge(fair, make_prediction("clarification")),
        judge(make_case("n"), make_prediction("clarification")),
        judge(make_case("o"), make_prediction("answered")),
    )
    assert (found["clarify_recall"], found["clarify_options_fit"]) == (Rate(2, 3), Rate(1, 2))
    assert (found["clarify_precision"], found["needless_clarification"]) == (Rate(3, 4), Rate(1, 2))


def member(answer: str, status: str = "answered", group: str = "g", kind: str = "wording") -> Verdict:
    case = make_case(answer, facts=[["不收费"]], tags=[f"group:{group}", f"kind:{kind}"])
    return judge(case, make_prediction(status, text=answer))


def test_other_facts_in_one_wording_are_found_whatever_else_is_said() -> None:
    odd = member("收费20元", kind="form")
    verdicts = [member("不收费。"), member("您好，不收费"), odd, member("不收费", group="alone")]
    found = groups.agreement(verdicts)
    assert (found["same_facts"], found["groups_same"], found["groups_right"]) == (Rate(2, 3), Rate(0, 1), Rate(0, 1))
    assert (found["same_facts.wording"], found["same_facts.form"]) == (Rate(2, 2), Rate(0, 1))
    assert [miss.case.id for miss in groups.disagreements(verdicts)] == [odd.case.id]


def test_refusing_one_wording_is_no_agreement() -> None:
    found = groups.agreement([member("不收费"), member("不收费!"), member("不收费?", status="unanswerable")])
    assert found["same_facts"] == Rate(2, 3)


def test_wrong_everywhere_is_the_same_and_never_right() -> None:
    found = groups.agreement([member("要钱"), member("收钱")])
    assert (found["groups_same"], found["groups_right"]) == (Rate(1, 1), Rate(0, 1))


def test_search_is_ranked_by_item_and_by_the_records_that_hold_the_facts() -> None:
    case = make_case(items=["b"], facts=[["不收费"], ["15日"]])
    records = [{"quote": "要带什么"}, {"quote": "不收费"}, {"quote": "15日内"}]
    found = judge(case, replace(make_prediction("ranked", items=("a", "b")), citations=records))
    lost = judge(case, make_prediction("ranked", items=("a",)))
    assert (retrieval.item_rank(found), retrieval.facts_rank(found)) == (2, 3)
    assert (retrieval.item_rank(lost), retrieval.facts_rank(lost)) == (None, None)
    rates = retrieval.figures([found, lost])
    assert (rates["hit@1"], rates["hit@3"], rates["mrr"]) == (Rate(0, 2), Rate(1, 2), Rate(0.5, 2))
    assert (rates["facts@1"], rates["facts@5"]) == (Rate(0, 2), Rate(1, 2))


@pytest.mark.parametrize("channel", ["python", "json", "sse", "openai", "retrieval"])
async def test_every_channel_brings_the_same_item_and_words(product: Product, channel: str) -> None:
    history = [{"role": "user", "content": "居住证签注怎么办"}, {"role": "assistant", "content": "……"}]
    case = make_case(question="那要多少钱", history=history, tags=[f"channel:{channel}"])
    channels = Channels(product)
    try:
        prediction = await channels.ask(case)
    finally:
        await channels.close()
    assert prediction.items[0] == "jz-endorse"
    if channel == "retrieval":
        assert "不收费" in "".join(record["quote"] for record in prediction.citations[:3])
    else:
        answer = await product.assistant.ask("居住证签注要多少钱")
        assert prediction.text == answer.text


@pytest.mark.parametrize(
    ("form", "typed"),
    [
        ("polite", "您好，麻烦问一下，补办身份证,要40元？谢谢啦"),
        ("traditional", "補辦身份證,要40元?"),
        ("unpunctuated", "补办身份证 要40元"),
        ("full_width", "补办身份证，要４０元？？"),
    ],
)
def test_question_is_typed_otherwise(form: str, typed: str) -> None:
    assert FORMS[form]("补办身份证,要40元?") == typed


def test_pair_that_differs_is_one_disagreement_of_one_not_of_two() -> None:
    as_is = judge(make_case("own-1", facts=[["不收费"]]), make_prediction(text="不收费"))
    other = judge(
        make_case("other", facts=[["不收费"]], tags=["group:own-1", "kind:form"]), make_prediction(text="收费")
    )
    found = groups.agreement([as_is, other])
    assert (found["same_facts"], found["groups_same"]) == (Rate(0, 1), Rate(0, 1))


def test_every_paraphrase_group_is_asked_in_all_wordings_places_and_channels() -> None:
    written = consistency.load_paraphrases()
    assert len(written) >= 40
    assert {group.split for group in written} == {"dev", "test"}
    members = list(consistency.members(written[0]))
    kinds = [case.tagged("kind") for case in members]
    assert {kind: kinds.count(kind) for kind in kinds} == {"wording": 3, "conversation": 4, "channel": 3, "form": 2}
    assert all(case.history for case in members if case.tagged("kind") == "conversation")


def test_fairness_templates_ask_for_everybody() -> None:
    file = fairness.load_templates()
    assert len(file.templates) >= 40
    assert set(file.people) == {template.swap for template in file.templates}
    assert not any("{" in case.question for case in fairness.cases())


def test_groups_name_items_and_facts_that_the_knowledge_base_holds(product: Product) -> None:
    kb = product.index.kb
    named = {group.item for group in consistency.load_paraphrases()}
    named |= {template.item for template in fairness.load_templates().templates}
    assert named <= set(kb.items)


@pytest.mark.parametrize(
    ("load", "text"),
    [
        (consistency.load_paraphrases, "- {id: a}"),
        (consistency.load_paraphrases, "- ["),
        (fairness.load_templates, "people: {sex: [男]}\ntemplates: [{id: a, swap: age, question: '{who}', item: b, "
         "facts: [], split: dev}]"),
        (fairness.load_templates, "people: {sex: [男]}\ntemplates: [{id: a, swap: sex, question: 谁, item: b, "
         "facts: [], split: dev}]"),
    ],
)  # fmt: skip
def test_bad_group_file_is_refused(load: Callable[[Path], Any], text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"bad\.yaml"):
        load(tmp_path / "bad.yaml")
    with pytest.raises(CaseError, match="gone"):
        load(tmp_path / "gone.yaml")
