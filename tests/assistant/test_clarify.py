"""Tests of assistant/clarify.py, and of asking back in real conversations."""

from __future__ import annotations

import dataclasses
import math

import pytest

from assistant.answers import AnswerStatus, Turn
from assistant.clarify import (
    _FACET_WORDS,
    AMBIGUOUS_CHARS,
    AMBIGUOUS_KNOWN,
    BARE_CHARS,
    CLEAR_SHARE,
    KNOWN_WORDS,
    LEAST_SHARE,
    LEAST_SURE,
    MAX_IN_A_ROW,
    MOST_OPTIONS,
    SETTLED_CHARS,
    SETTLED_SURE,
    ambiguity,
    item_options,
    pressed,
    rivals,
    settled,
    short_name,
)
from assistant.enquiry import Assistant
from knowledge_base.content import DomainItems, KnowledgeBase
from knowledge_base.retrieval import RecordHit, Retrieved
from knowledge_base.schema import Facet
from serving.build import Product

from .conftest import Reader, guide, make_hit, make_retrieved, understood


def test_bare_ambiguous_word_falls_into_its_ambiguity(small_kb: KnowledgeBase) -> None:
    found = ambiguity(understood("办证"), small_kb)
    assert found is not None
    assert found.items == ("jz-apply", "jz-replace")


@pytest.mark.parametrize(
    "text", ["办证要补领", "签注办证", "怎么去派出所"], ids=["unless", "unless-other", "no-term"]
)
def test_word_that_settles_the_matter_prevents_the_question(small_kb: KnowledgeBase, text: str) -> None:
    assert ambiguity(understood(text), small_kb) is None


def test_longest_term_wins(small_kb: KnowledgeBase) -> None:
    found = ambiguity(understood("居住证办证"), small_kb)
    assert found is not None
    assert found.question == "首次还是签注？"


def test_long_question_and_follow_up_are_not_asked_back_about(small_kb: KnowledgeBase) -> None:
    assert ambiguity(understood("我想" + "很" * AMBIGUOUS_CHARS + "办证"), small_kb) is None
    assert ambiguity(understood("那办证呢", follow_up=True), small_kb) is None


@pytest.mark.parametrize(
    ("cues", "asks"),
    [([], "怎么办理"), ([Facet.FEE], "要多少钱"), ([Facet.MATERIALS], "要带什么材料"), ([Facet.NOTES], "怎么办理")],
)
def test_button_asks_the_same_facet_of_its_item(small_kb: KnowledgeBase, cues: list[Facet], asks: str) -> None:
    options = item_options(small_kb, ["jz-apply", "gone", "jz-replace"], understood("办证", cues))
    assert [(option.label, option.question) for option in options] == [
        ("居住证申领", f"居住证申领{asks}"),
        ("居住证补领", f"居住证补领{asks}"),
    ]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("居住证签注", "居住证签注"),
        ("居住证申领（首次）", "居住证申领"),
        ("购房（含还贷）提取公积金", "购房提取公积金"),
        ("备案（异地）与变更（临时）", "备案与变更"),
    ],
)
def test_short_name_leaves_out_what_stands_in_brackets_and_nothing_else(
    small_kb: KnowledgeBase, name: str, short: str
) -> None:
    domain = small_kb.domains[0].domain
    kb = KnowledgeBase(revision="test", domains=(DomainItems(domain=domain, items=(guide("x", name),)),))
    assert short_name(kb, "x") == short


@pytest.mark.parametrize(
    ("chars", "sure", "other", "covered", "is_settled"),
    [
        (SETTLED_CHARS, 0.95, -5.0, 1.0, True),
        (SETTLED_CHARS - 1, 0.95, -5.0, 1.0, False),  # a few words leave it open however sure the best item looks
        (SETTLED_CHARS, SETTLED_SURE - 0.01, -5.0, 1.0, False),
        (SETTLED_CHARS, 0.95, 3.0, 1.0, False),  # another item fits as well
        (5, 0.1, -5.0, AMBIGUOUS_KNOWN - 0.01, True),  # shares the ambiguous word and nothing else
    ],
    ids=["clear", "short", "unsure", "two-items", "unknown"],
)
def test_ambiguous_word_is_settled_by_a_long_clear_question_or_one_about_nothing_here(
    chars: int, sure: float, other: float, covered: float, is_settled: bool
) -> None:
    found = make_retrieved(make_hit("a/fee/1", 3.0, known={"covered": covered}), make_hit("b/fee/1", other))
    assert settled(understood("证" * chars), found, sure) is is_settled


def test_question_of_which_nothing_is_sure_has_no_rivals() -> None:
    assert rivals(EQUAL, understood("证多少钱"), LEAST_SURE - 0.01) == []
    assert rivals(EQUAL, understood("证多少钱"), LEAST_SURE) == ["a", "b"]


KNOWN = {"covered": 1.0}
EQUAL = make_retrieved(make_hit("a/fee/1", 3.0, known=KNOWN), make_hit("b/fee/1", 3.0, known=KNOWN))


def test_items_that_fit_about_equally_well_are_rivals_likeliest_first() -> None:
    hits = [make_hit(f"{item}/fee/1", score, known=KNOWN) for item, score in [("c", 2.0), ("a", 3.0), ("b", 2.9)]]
    assert rivals(make_retrieved(*hits), understood("证多少钱"), 1.0) == ["a", "b", "c"]


def test_item_is_judged_by_all_its_records_together() -> None:
    more = (make_hit(f"b/fee/{number}", 2.9, known=KNOWN) for number in (1, 2))
    found = make_retrieved(make_hit("a/fee/1", 3.0, known=KNOWN), make_hit("c/fee/1", 2.9, known=KNOWN), *more)
    assert rivals(found, understood("证多少钱"), 1.0) == ["b", "a", "c"]


def test_item_whose_known_gap_ranks_first_is_judged_by_its_statements() -> None:
    gap = make_hit("a/gap/1", 4.5)
    far = [make_hit("a/fee/1", 1.0, known=KNOWN), *EQUAL.hits[1:]]
    assert rivals(make_retrieved(gap, *EQUAL.hits), understood("证多少钱"), 1.0) == ["a", "b"]
    assert rivals(make_retrieved(gap, *far), understood("证多少钱"), 1.0) == ["b", "a"]


def two_of(share: float) -> Retrieved:
    """Two items, of which the first has this share."""
    lead = math.log(share / (1 - share))
    return make_retrieved(make_hit("a/fee/1", lead, known=KNOWN), make_hit("b/fee/1", 0.0, known=KNOWN))


def test_item_with_a_clear_share_has_no_rivals() -> None:
    assert rivals(two_of(CLEAR_SHARE + 0.001), understood("证多少钱"), 1.0) == []
    assert rivals(two_of(CLEAR_SHARE - 0.001), understood("证多少钱"), 1.0) == ["a", "b"]


def test_item_with_hardly_a_share_is_no_rival_and_there_are_at_most_so_many() -> None:
    far = make_hit("c/fee/1", 3.0 + math.log(LEAST_SHARE), known=KNOWN)
    assert rivals(make_retrieved(*EQUAL.hits, far), understood("证"), 1.0) == ["a", "b"]
    many = [make_hit(f"{item}/fee/1", 3.0, known=KNOWN) for item in "abcdefgh"]
    assert rivals(make_retrieved(*many), understood("证"), 1.0) == list("abcdefgh")[:MOST_OPTIONS]


@pytest.mark.parametrize(("chars", "asked"), [(BARE_CHARS, ["a", "b"]), (BARE_CHARS + 1, [])], ids=["bare", "long"])
def test_long_question_has_no_rivals(chars: int, asked: list[str]) -> None:
    assert rivals(EQUAL, understood("证" * chars), 1.0) == asked


@pytest.mark.parametrize("change", [{"follow_up": True}, {"named": True}], ids=["follow-up", "names-an-item"])
def test_follow_up_and_question_that_names_an_item_have_no_rivals(change: dict[str, bool]) -> None:
    bare = understood("证多少钱")
    assert rivals(EQUAL, bare, 1.0) == ["a", "b"]
    assert rivals(EQUAL, dataclasses.replace(bare, **change), 1.0) == []


@pytest.mark.parametrize(
    ("covered", "asked"), [(KNOWN_WORDS, ["a", "b"]), (KNOWN_WORDS - 0.01, [])], ids=["known", "unknown"]
)
def test_question_with_words_that_the_best_item_does_not_have_has_no_rivals(covered: float, asked: list[str]) -> None:
    found = make_retrieved(make_hit("a/fee/1", covered=covered), make_hit("b/fee/1", covered=covered))
    assert rivals(found, understood("证多少钱"), 1.0) == asked


@pytest.mark.parametrize("hits", [(), (make_hit("a/gap/1", known=KNOWN),)], ids=["nothing", "gap"])
def test_nothing_but_gaps_has_no_rivals(hits: tuple[RecordHit, ...]) -> None:
    assert rivals(make_retrieved(*hits), understood("证"), 1.0) == []


@pytest.mark.parametrize(
    ("text", "button"),
    [
        ("居住证申领怎么办理", ("jz-apply", Facet.STEPS)),
        ("居住证补领要多少钱", ("jz-replace", Facet.FEE)),
        ("居住证怎么办理", None),
        ("居住证申领", None),
        ("怎么办理", None),
        ("请问居住证申领怎么办理", None),
    ],
)
def test_pressed_button_is_known_by_its_very_words(
    small_kb: KnowledgeBase, text: str, button: tuple[str, Facet] | None
) -> None:
    assert pressed(small_kb, understood(text)) == button


def test_every_button_of_the_real_knowledge_base_is_known_when_it_comes_back(product: Product, read: Reader) -> None:
    kb = product.index.kb
    for facet in _FACET_WORDS:
        for item_id in kb.items:
            [option] = item_options(kb, [item_id], understood("x", [facet]))
            assert pressed(kb, understood(read(option.question))) == (item_id, facet)


async def test_real_bare_word_is_asked_back_about_with_numbered_options(assistant: Assistant) -> None:
    answer = await assistant.ask("备案")
    assert answer.status is AnswerStatus.CLARIFICATION
    assert len(answer.options) >= 2
    for number, option in enumerate(answer.options, 1):
        assert f"{number}. {option.label}" in answer.text
    assert answer.citations == ()


async def test_assistant_asks_back_at_most_twice_in_a_row(assistant: Assistant) -> None:
    turns: list[Turn] = []
    statuses = []
    question = "请问补办的手续具体要怎么样办理才行"  # too long for a follow-up
    for _ in range(MAX_IN_A_ROW + 1):
        answer = await assistant.ask(question, history=turns)
        statuses.append(answer.status)
        turns += [Turn("user", question), Turn("assistant", answer.text)]
    assert statuses[:MAX_IN_A_ROW] == [AnswerStatus.CLARIFICATION] * MAX_IN_A_ROW
    assert statuses[MAX_IN_A_ROW] is not AnswerStatus.CLARIFICATION


@pytest.mark.parametrize("question", ["异地就医备案", "租房备案怎么办", "车辆年审要带什么"])
async def test_real_question_that_settles_the_word_is_answered(assistant: Assistant, question: str) -> None:
    assert (await assistant.ask(question)).status is AnswerStatus.ANSWERED


@pytest.mark.parametrize("word", ["备案", "年审", "补办", "购房", "离职", "辞职", "公积金", "生孩子", "工资"])
async def test_pressing_any_button_of_a_clarification_leads_to_an_answer_about_its_item(
    assistant: Assistant, product: Product, word: str
) -> None:
    asked = await assistant.ask(word)
    assert asked.status is AnswerStatus.CLARIFICATION
    before = [Turn("user", word), Turn("assistant", asked.text)]
    for item_id, option in zip(asked.item_ids, asked.options, strict=True):
        assert short_name(product.index.kb, item_id) == option.label
        for history in (before, []):
            answer = await assistant.ask(option.question, history=history)
            assert (answer.status, answer.item_ids) == (AnswerStatus.ANSWERED, (item_id,)), option.question
