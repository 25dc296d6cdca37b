"""Tests of assistant/answer.py: ask back, abstain, or answer; and the model between search and citizen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from langchain_core.language_models import BaseChatModel

from assistant.answer import MAYBE_ATTACK, Answerer, facts_in_turn
from assistant.answers import ActionKind, AnswerStatus, Citation, Sentence, Tier, Turn
from assistant.compose import Composer
from assistant.compose_approved import ApprovedAnswers
from assistant.draft import Draft
from assistant.understand import Understanding
from knowledge_base.content import KnowledgeBase
from knowledge_base.retrieval import RecordHit
from knowledge_base.schema import Facet
from prompts import reply

from .conftest import make_hit, make_intent, make_retrieved, understood
from .test_compose import Scripted, reply_json, words

TODAY = dt.date(2026, 6, 1)
SURE = {"text": 3.0, "ask": 3.0, "covered": 1.0}
UNSURE = {"text": -1.0, "ask": -1.0, "value_miss": 1.0}
FEE = make_hit("jz-apply/fee/1", 5.0, Facet.FEE, SURE)
OTHER_FEE = make_hit("jz-replace/fee/1", 4.0, Facet.FEE, SURE)
RIVALS = (FEE, *(make_hit(f"{item}/fee/1", 4.9, Facet.FEE, SURE) for item in ("jz-replace", "jz-endorse")))
GAP = make_hit("jz-apply/gap/1", 5.5, Facet.NOTES, ask=4.0)
FREE = "首次申领居住证不收费。"


def answerer(
    kb: KnowledgeBase, model: BaseChatModel | None = None, *, always: bool = True, accept_unverified: bool = True
) -> Answerer:
    approved = ApprovedAnswers(kb, accept_unverified=accept_unverified)
    return Answerer(kb, approved, Composer(lambda: model, always, words, 1.0))


async def drafted(
    writer: Answerer,
    question: str | Understanding,
    *hits: RecordHit,
    turns: Sequence[Turn] = (),
    unknown_share: float = 0.0,
) -> Draft:
    meant = understood(question) if isinstance(question, str) else question
    found = make_retrieved(*hits, unknown_share=unknown_share)
    return await writer.draft(meant, found, make_intent(), turns, TODAY)


async def test_sure_search_is_answered_from_published_fields(small_kb: KnowledgeBase) -> None:
    draft = await drafted(answerer(small_kb), "首次申领居住证多少钱", FEE)
    assert (draft.status, draft.tier, draft.item_ids) == (AnswerStatus.ANSWERED, Tier.APPROVED, ("jz-apply",))
    assert draft.sentences[1].text == f"· {FREE}"


async def test_unsure_search_names_the_nearest_items_as_buttons(small_kb: KnowledgeBase) -> None:
    draft = await drafted(
        answerer(small_kb), "量子计算机的补贴", make_hit("jz-endorse/fee/1", 1.0, Facet.FEE, UNSURE)
    )
    assert draft.status is AnswerStatus.UNANSWERABLE
    assert draft.sentences[0].text == reply("unanswerable.nearest", items="居住证签注")
    assert [option.question for option in draft.options] == ["居住证签注怎么办理"]
    assert {action.kind for action in draft.actions} == {ActionKind.HANDOFF, ActionKind.CALL}


@pytest.mark.parametrize(
    "hits", [(), (make_hit("jz-endorse/fee/1", 1.0, known=UNSURE),)], ids=["nothing", "unknown-words"]
)
async def test_question_of_unknown_words_is_told_plainly_that_nothing_is_there(
    small_kb: KnowledgeBase, hits: tuple[RecordHit, ...]
) -> None:
    draft = await drafted(answerer(small_kb), "量子纠缠蒸馏", *hits, unknown_share=0.9)
    assert draft.sentences == (Sentence(reply("unanswerable.no_content")),)
    assert draft.options == ()


async def test_what_may_be_an_attack_is_not_answered(small_kb: KnowledgeBase) -> None:
    meant, found = understood("首次申领居住证多少钱"), make_retrieved(FEE)
    for probability, status in (
        (MAYBE_ATTACK - 0.01, AnswerStatus.ANSWERED),
        (MAYBE_ATTACK, AnswerStatus.UNANSWERABLE),
    ):
        draft = await answerer(small_kb).draft(meant, found, make_intent(harmful=probability), [], TODAY)
        assert draft.status is status


async def test_known_gap_is_named_and_its_guide_offered(small_kb: KnowledgeBase) -> None:
    draft = await drafted(answerer(small_kb), "去哪里问居住证的事情", make_hit("jz-apply/fee/1", 1.0, Facet.FEE), GAP)
    assert draft.sentences[0].text == reply("unanswerable.gap", topic="居住证办理点的电话")
    assert draft.actions[0].item_id == "jz-apply"


async def test_only_gaps_found_is_a_known_gap(small_kb: KnowledgeBase) -> None:
    draft = await drafted(answerer(small_kb), "去哪里问居住证的事情", GAP)
    assert draft.sentences[0].text == reply("unanswerable.gap", topic="居住证办理点的电话")


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("居住证申领怎么办理", True),
        ("居住证申领要多少钱", False),
        ("居住证补领怎么办理", False),
        ("想办居住证申领", False),
    ],
    ids=["whole-item", "one-facet", "another-item", "not-a-button"],
)
async def test_button_that_asks_for_the_whole_item_is_answered_however_many_gaps_the_item_has(
    small_kb: KnowledgeBase, question: str, answered: bool
) -> None:
    draft = await drafted(answerer(small_kb), question, make_hit("jz-apply/fee/1", 1.0, Facet.FEE), GAP)
    assert (draft.status is AnswerStatus.ANSWERED) is answered


async def test_button_is_never_answered_by_asking_back(small_kb: KnowledgeBase) -> None:
    asked = await drafted(answerer(small_kb), "居住证多少钱", *RIVALS)
    assert asked.status is AnswerStatus.CLARIFICATION
    for option in asked.options:
        pressed = await drafted(answerer(small_kb), option.question, *RIVALS)
        assert pressed.status is AnswerStatus.ANSWERED


async def test_question_outside_every_domain_is_not_answered_however_sure_the_search(small_kb: KnowledgeBase) -> None:
    draft = await drafted(answerer(small_kb), "深圳的居住证多少钱", FEE)
    assert draft.sentences[0].text == reply("unanswerable.other_city", city="深圳")


async def test_refused_unverified_facts_end_in_an_abstention_not_in_an_empty_answer(small_kb: KnowledgeBase) -> None:
    channels = make_hit("jz-apply/channels/1", 5.0, Facet.CHANNELS, SURE)
    draft = await drafted(answerer(small_kb, accept_unverified=False), "首次申领居住证在哪里办理", channels)
    assert draft.status is AnswerStatus.UNANSWERABLE


async def test_bare_ambiguous_word_is_asked_back_about(small_kb: KnowledgeBase) -> None:
    draft = await drafted(answerer(small_kb), "办证", FEE, OTHER_FEE)
    assert (draft.status, draft.item_ids) == (AnswerStatus.CLARIFICATION, ("jz-apply", "jz-replace"))
    assert [sentence.text for sentence in draft.sentences[1:]] == ["1. 居住证申领", "2. 居住证补领"]


async def test_after_two_questions_back_in_a_row_the_best_match_is_answered(small_kb: KnowledgeBase) -> None:
    asked = Turn("assistant", reply("clarification.items") + "\n1. 居住证申领")
    said = Turn("user", "办证")
    draft = await drafted(answerer(small_kb), "办证", *RIVALS, turns=[said, asked, said, asked])
    assert draft.status is AnswerStatus.ANSWERED
    fresh = [said, asked, said, Turn("assistant", "【收费】"), said, asked]
    assert (await drafted(answerer(small_kb), "办证", *RIVALS, turns=fresh)).status is AnswerStatus.CLARIFICATION


async def test_items_that_fit_a_short_question_equally_well_are_asked_back_about(small_kb: KnowledgeBase) -> None:
    draft = await drafted(answerer(small_kb), "居住证多少钱", *RIVALS)
    assert draft.status is AnswerStatus.CLARIFICATION
    assert reply("clarification.item_choice") in draft.sentences[0].text


async def test_question_that_compares_gets_both_items(small_kb: KnowledgeBase) -> None:
    draft = await drafted(answerer(small_kb), "居住证首次申领和补领的收费有什么不一样", FEE, OTHER_FEE)
    assert draft.item_ids == ("jz-apply", "jz-replace")
    assert [citation.token for citation in draft.citations] == ["S1", "S2"]
    cited = {token for sentence in draft.sentences for token in sentence.citations}
    assert cited == {"S1", "S2"}


# ------------------------------------------------------------------ the composed tier


async def test_checked_sentences_of_the_model_stand_before_the_published_rows(small_kb: KnowledgeBase) -> None:
    model = Scripted(pieces=[reply_json(("首次申领居住证不收费。", ["S1"]), ("补领收费10元。", ["S1"]))])
    early: list[Sentence] = []
    meant = understood("首次申领居住证多少钱")
    writer = answerer(small_kb, model)
    draft = await writer.draft(meant, make_retrieved(FEE), make_intent(), (), TODAY, early.append)
    assert draft.tier is Tier.COMPOSED
    assert draft.sentences[0] == Sentence(FREE, ("S1",))
    assert early == [Sentence(FREE, ("S1",))]
    assert [sentence.text for sentence in draft.sentences[1:]] == ["【居住证申领·收费】", f"· {FREE}"]
    assert writer.grounded(draft) == draft


@pytest.mark.parametrize(
    "pieces",
    [
        [reply_json(("首次申领居住证收费99元。", ["S1"]))],
        [reply_json(completeness="none")],
        ["我不知道。"],
        [ConnectionRefusedError("dead")],
        [],
    ],
    ids=["nothing-left", "none", "out-of-form", "dead", "silent"],
)
async def test_approved_answer_stands_alone_where_the_model_gives_nothing_usable(
    small_kb: KnowledgeBase, pieces: list[object]
) -> None:
    question = "首次申领居住证多少钱"
    with_model = await drafted(answerer(small_kb, Scripted(pieces=pieces)), question, FEE)
    assert with_model == await drafted(answerer(small_kb, None), question, FEE)
    assert (with_model.status, with_model.tier) == (AnswerStatus.ANSWERED, Tier.APPROVED)


async def test_slow_model_leaves_what_it_said_in_time(small_kb: KnowledgeBase) -> None:
    slow = Scripted(pieces=[reply_json((FREE, ["S1"]))[:-5], *"]" * 200], pause_s=0.05)
    draft = await drafted(answerer(small_kb, slow), "首次申领居住证多少钱", FEE)
    assert draft.sentences[0] == Sentence(FREE, ("S1",))


@pytest.mark.parametrize(
    ("question", "hits"),
    [("办证", RIVALS), ("深圳的居住证多少钱", (FEE,)), ("量子纠缠", ()), ("去哪里问居住证的事情", (GAP,))],
    ids=["clarification", "outside", "nothing", "gap"],
)
async def test_model_is_not_asked_where_there_is_no_answer_to_word(
    small_kb: KnowledgeBase, question: str, hits: tuple[RecordHit, ...]
) -> None:
    model = Scripted(pieces=[reply_json((FREE, ["S1"]))])
    await drafted(answerer(small_kb, model), question, *hits)
    assert model.asked == []


async def test_model_asked_only_when_needed_sees_the_facts_of_both_items(small_kb: KnowledgeBase) -> None:
    model = Scripted(pieces=[reply_json((FREE, ["S1"]))])
    writer = answerer(small_kb, model, always=False)
    await drafted(writer, "首次申领居住证多少钱", FEE, OTHER_FEE)
    assert model.asked == []
    await drafted(writer, "居住证首次申领和补领的收费有什么不一样", FEE, OTHER_FEE)
    [prompt] = model.asked
    assert "〔居住证申领〕\nS1：首次申领居住证不收费。\n〔居住证补领〕\nS2：居住证补领不收费。" in str(
        prompt[1].content
    )


def citation(token: str, item_id: str, name: str, quote: str) -> Citation:
    return Citation(token, item_id, name, "fee", quote, "《条例》", None, True, "test", None)


def test_facts_of_several_items_take_turns_under_their_names() -> None:
    rows = [
        citation("S1", "a", "甲（含乙）登记", "一。"),
        citation("S2", "a", "甲（含乙）登记", "二。"),
        citation("S3", "b", "丙", "三。"),
    ]
    assert list(facts_in_turn(rows).items()) == [("S1", "甲登记：一。"), ("S3", "丙：三。"), ("S2", "甲登记：二。")]


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        (Sentence("【收费】"), True),
        (Sentence("· 首次申领居住证不收费。", ("S1",)), True),
        (Sentence("首次申领居住证收费5元。", ("S1",)), False),
        (Sentence("首次申领居住证不收费。", ("S7",)), False),
    ],
    ids=["heading", "quote", "changed", "unknown-token"],
)
def test_last_check_drops_what_the_citations_do_not_bear_out(
    small_kb: KnowledgeBase, sentence: Sentence, kept: bool
) -> None:
    draft = Draft(AnswerStatus.ANSWERED, (sentence,), citations=(citation("S1", "jz-apply", "居住证申领", FREE),))
    assert answerer(small_kb).grounded(draft).sentences == ((sentence,) if kept else ())
