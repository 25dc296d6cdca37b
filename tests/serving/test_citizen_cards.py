"""The cards of the citizens' page: pure functions from answers, guides and topics to HTML."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Action, ActionKind, Answer, AnswerStatus, Citation, Option, Sentence
from knowledge_base.content import KnowledgeBase, load_content
from prompts import reply
from serving.guides import Guides
from serving.pages.cards import REASONS, card_html, card_of, draft_html, failed_html, spoken_text
from serving.pages.chinese_page import in_chinese
from serving.pages.guide import guide_html
from serving.pages.layout import RowKind, read_sections
from serving.pages.topics import GLYPHS, example_questions, topics_of

TODAY = dt.date(2026, 11, 22)
KB = load_content()
# fmt: off
ALLOWED_TAGS = {
    "a", "article", "b", "blockquote", "button", "dd", "details", "div", "dl", "dt", "fieldset", "h2", "h3",
    "header", "i", "input", "label", "legend", "li", "ol", "p", "section", "small", "span", "summary",
    "textarea", "ul",
}
# fmt: on


def citation(token: str, *, verified: bool = True, valid_to: dt.date | None = None) -> Citation:
    """A citation of an invented item."""
    return Citation(
        token=token,
        item_id="x-item",
        item_name="普通护照申领（首次）",
        facet="materials",
        quote=f"原文{token}",
        source="《护照法》(2006)第5条",
        source_url="https://www.gov.cn/a?b=1&c=2",
        verified=verified,
        revision="0123456789ab",
        valid_to=valid_to,
    )


def answered(*lines: Sentence | str, citations: tuple[Citation, ...] = (), **changes: object) -> Answer:
    """An answer made of the given lines."""
    sentences = tuple(line if isinstance(line, Sentence) else Sentence(line) for line in lines)
    text = "\n".join(sentence.text for sentence in sentences)
    base = Answer("a1", AnswerStatus.ANSWERED, text, sentences, citations, ("x-item",))
    return replace(base, **changes)  # type: ignore[arg-type]


def show(answer: Answer, question: str = "护照要带什么") -> str:
    """Render an answer."""
    return card_html(card_of(answer, question, TODAY))


class TagCollector(HTMLParser):
    """Collects tags, attributes and text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("☐ 身份证（原件）", RowKind.CHECK, "身份证（原件）"),
        ("☐身份证", RowKind.CHECK, "身份证"),
        ("□ 身份证", RowKind.CHECK, "身份证"),
        ("· 每本120元。", RowKind.BULLET, "每本120元。"),
        ("- 每本120元。", RowKind.BULLET, "每本120元。"),
        ("1. 先预约", RowKind.STEP, "先预约"),
        ("· 2、到窗口核验", RowKind.STEP, "到窗口核验"),
        ("第一步：预约", RowKind.STEP, "预约"),
        ("1.5倍工资", RowKind.TEXT, "1.5倍工资"),
        ("-5度以下", RowKind.TEXT, "-5度以下"),
        ("护照是出国用的证件。", RowKind.TEXT, "护照是出国用的证件。"),
        ("【未写完的括号", RowKind.TEXT, "【未写完的括号"),
    ],
)
def test_lines_are_read_by_how_they_begin(line: str, kind: RowKind, text: str) -> None:
    (section,) = read_sections([Sentence(line)], {}, TODAY)
    (block,) = section.blocks
    assert (block.kind, block.rows[0].text) == (kind, text)


def test_headings_open_sections_and_may_carry_their_first_line() -> None:
    lines = [Sentence(text) for text in ("开头。", "【收费】", "· 120元。", "【时限】15日。", "", "【空】")]
    sections = read_sections(lines, {}, TODAY)
    shown = [(section.heading, [row.text for row in section.rows]) for section in sections]
    assert shown == [("", ["开头。"]), ("收费", ["120元。"]), ("时限", ["15日。"]), ("空", [])]


def test_one_sentence_may_hold_many_lines() -> None:
    (section,) = read_sections([Sentence("【要带什么】\n· 身份证\n· 相片")], {}, TODAY)
    assert [block.kind for block in section.blocks] == [RowKind.CHECK]
    assert len(section.rows) == 2


def test_marks_come_from_citations_and_the_words_are_not_said_twice() -> None:
    cited = {"S1": citation("S1", verified=False), "S2": citation("S2", valid_to=dt.date(2026, 11, 21))}
    mark = reply("unverified_mark")
    lines = [
        Sentence(f"· 120元。（{mark}）", ("S1",)),
        Sentence("· 7天。", ("S2",)),
        Sentence("· 免费。", ("S9",)),
    ]
    (section,) = read_sections(lines, cited, TODAY)
    assert [(row.text, row.unverified, row.dated) for row in section.rows] == [
        ("120元。", True, False),
        ("7天。", False, True),
        ("免费。", False, False),
    ]


def test_the_last_day_of_a_fact_is_not_over() -> None:
    (section,) = read_sections([Sentence("· 7天。", ("S1",))], {"S1": citation("S1", valid_to=TODAY)}, TODAY)
    assert not section.rows[0].dated


def test_a_sourced_answer_shows_sections_sources_and_actions() -> None:
    html = show(
        answered(
            "【普通护照申领·要带什么】",
            Sentence("☐ 居民身份证", ("S1",)),
            Sentence("☐ 相片", ("S2",)),
            citations=(citation("S1"), citation("S2", verified=False, valid_to=dt.date(2025, 1, 2))),
            actions=(
                Action(ActionKind.GUIDE, "看完整办事指南", item_id="x-item"),
                Action(ActionKind.HANDOFF, "转人工", summary="想办护照"),
                Action(ActionKind.CALL, "拨打 12345", number="12345"),
            ),
        )
    )
    assert html.count('type="checkbox"') == 2 + len(REASONS)
    assert "<h3>要带什么</h3>" in html  # the item is named once, above
    assert html.count("普通护照申领（首次）</p>") == 1
    assert 'href="https://www.gov.cn/a?b=1&amp;c=2"' in html
    assert "至2025年1月2日" in html
    assert 'data-guide="x-item"' in html
    assert 'href="tel:12345"' in html
    assert ">想办护照</textarea>" in html
    assert reply("ai_label") in html


def test_copied_text_names_question_marks_sources_label_and_day() -> None:
    answer = answered("【收费】", Sentence("· 120元。", ("S1",)), citations=(citation("S1", verified=False),))
    assert card_of(answer, "护照多少钱", TODAY).copy_text.splitlines() == [
        "问：护照多少钱",
        "",
        "普通护照申领（首次）",
        "【收费】",
        f"· 120元。（{reply('unverified_mark')}）",
        "",
        "出处：",
        "1. 普通护照申领（首次）：原文S1（《护照法》(2006)第5条）",
        "",
        reply("ai_label"),
        "莞家 AI 东莞办事问答，2026年11月22日",
    ]


def test_the_screen_reader_gets_words_without_boxes_and_brackets() -> None:
    answer = answered("【收费】", Sentence("☐ 120元。", ("S1",)), citations=(citation("S1", verified=False),))
    assert spoken_text(card_of(answer, "护照多少钱", TODAY)) == "普通护照申领（首次）。收费。120元，待核实。"


@pytest.mark.parametrize("status", AnswerStatus)
def test_every_status_has_a_card_with_the_ai_label(status: AnswerStatus) -> None:
    html = show(Answer("a1", status, "正文。"))
    assert "正文。" in html
    assert f'data-status="{status}"' in html
    assert reply("ai_label") in html


def test_who_gets_no_answer_can_call_the_hotline() -> None:
    for status in (AnswerStatus.UNANSWERABLE, AnswerStatus.ERROR_MODEL, AnswerStatus.ERROR_RETRIEVAL):
        assert 'href="tel:12345"' in show(Answer("a1", status, "没有。"))
    assert 'href="tel:12345"' in failed_html("出错了")


def test_emergency_calls_come_before_the_words_and_nothing_distracts() -> None:
    text = reply("emergency.traffic")
    html = show(Answer("a1", AnswerStatus.EMERGENCY, text))
    assert [html.index(f'href="tel:{number}"') for number in ("122", "110", "120")] == sorted(
        html.index(f'href="tel:{number}"') for number in ("122", "110", "120")
    )
    assert html.index("tel:122") < html.index("发生交通事故")
    assert "data-copy" not in html
    assert "data-rating" not in html


def test_numbers_of_the_assistant_go_before_those_found_in_the_words() -> None:
    calls = (
        Action(ActionKind.CALL, "拨打 120", number="120"),
        Action(ActionKind.CALL, "拨打 110", number="110"),
    )
    card = card_of(Answer("a1", AnswerStatus.EMERGENCY, "请拨打 110 或 120", actions=calls), "救命", TODAY)
    assert [call.number for call in card.calls] == ["120", "110"]
    assert card.actions == ()


def test_choices_are_buttons_and_not_said_again_in_the_text() -> None:
    options = (Option("普通护照申领", "护照怎么办"), Option("护照换发补发", "护照换发怎么办"))
    text = "您想问哪一项？\n1. 普通护照申领\n2. 护照换发补发"
    html = show(Answer("a1", AnswerStatus.CLARIFICATION, text, options=options))
    assert html.count("普通护照申领</button>") == 1
    assert 'data-ask="护照换发怎么办"' in html
    assert "<li>" not in html


def test_a_handoff_opens_with_the_words_for_a_person() -> None:
    offer = (Action(ActionKind.HANDOFF, "转人工"), Action(ActionKind.CALL, "拨打 12345", number="12345"))
    card = card_of(Answer("a1", AnswerStatus.HANDOFF, "好的。", actions=offer), "我要找真人", TODAY)
    assert (card.person_open, card.person_summary, card.actions) == (True, "我要找真人", ())


def test_who_has_asked_nothing_yet_is_given_room_to_write() -> None:
    offer = Action(ActionKind.HANDOFF, "转人工", summary="")
    html = show(Answer("a1", AnswerStatus.HANDOFF, "好的。", actions=(offer,)), "转人工")
    assert "先把要说的写在这里" in html
    assert ">转人工</textarea>" not in html


def test_a_draft_shows_what_has_come_and_what_is_being_done() -> None:
    html = draft_html([Sentence("【收费】"), Sentence("· 120元。", ("S1",))], "正在整理答案")
    assert "<h3>收费</h3>" in html
    assert "正在整理答案" in html
    assert "待核实" not in html


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_no_text_becomes_markup(text: str) -> None:
    evil = f"<img src=x onerror=alert(1)>\"'>{text}"
    source = replace(citation("S1"), item_name=evil, quote=evil, source=evil, source_url=f"javascript:{evil}")
    answer = answered(
        Sentence(f"【{evil[:30]}】"),
        Sentence(f"☐ {evil}", ("S1",)),
        citations=(source,),
        answer_id=evil,
        options=(Option(evil, evil),),
        actions=(
            Action(ActionKind.GUIDE, evil, item_id=evil),
            Action(ActionKind.HANDOFF, evil, summary=evil),
        ),
    )
    html = show(answer, evil) + draft_html(answer.sentences, evil) + failed_html(evil)
    seen = TagCollector(html)
    assert seen.tags <= ALLOWED_TAGS
    assert not any(name.startswith("on") for name in seen.attributes)
    assert all(link.startswith("tel:") for link in seen.links)
    assert "<img src=x onerror=alert(1)>" in seen.text


@pytest.mark.parametrize("item_id", KB.items)
def test_every_guide_of_the_starter_set_can_be_shown(item_id: str) -> None:
    guide = Guides(KB).guide(item_id, TODAY)
    html = guide_html(guide, TODAY)
    assert guide.name in TagCollector(html).text
    assert reply("ai_label") in html
    assert TagCollector(html).tags <= ALLOWED_TAGS


def test_a_guide_leaves_out_what_is_not_in_force_yet_and_marks_what_is_over() -> None:
    guide = Guides(KB).guide("jz-apply", TODAY)
    fee = guide.fee[0]
    rows = [
        fee.model_copy(update={"text": "将来的。", "valid_from": dt.date(2027, 1, 1)}),
        fee.model_copy(update={"text": "过去的。", "valid_to": dt.date(2026, 1, 1)}),
    ]
    html = guide_html(guide.model_copy(update={"fee": rows}), TODAY)
    assert "将来的" not in html
    assert "至2026年1月1日" in html
    assert "可能已过期" in html


def test_a_row_not_in_force_yet_says_from_when_it_holds() -> None:
    fee = KB.items["jz-apply"].facts[0]
    later = fee.model_copy(update={"text": "将来的。", "valid_from": dt.date(2027, 1, 1), "valid_to": None})
    over = fee.model_copy(update={"text": "过去的。", "valid_from": None, "valid_to": dt.date(2026, 1, 1)})
    item = KB.items["jz-apply"].model_copy(update={"facts": (later, over)})
    part = KB.domains[0].model_copy(update={"items": (item,)})
    guide = Guides(KnowledgeBase(domains=(part,), revision=KB.revision)).guide("jz-apply", TODAY)
    marks = {row.text: row.mark for row in getattr(guide, fee.facet)}
    assert marks["将来的。"].endswith("2027年1月1日起生效")
    assert reply("dated_mark") not in marks["将来的。"]
    assert marks["过去的。"].endswith(reply("dated_mark"))


def test_every_domain_is_a_topic_with_three_or_four_questions() -> None:
    topics = topics_of(KB)
    assert [topic.name for topic in topics] == [part.domain.name for part in KB.domains]
    assert all(3 <= len(topic.questions) <= 4 for topic in topics)
    assert all(part.domain.id in GLYPHS for part in KB.domains)


def test_example_questions_take_turns_between_the_items() -> None:
    items = next(part.items for part in KB.domains if part.domain.id == "churujing")
    owners = [next(item.id for item in items if question in item.phrasings) for question in example_questions(items)]
    assert owners == [item.id for item in items]


def test_the_page_of_gradio_becomes_ours() -> None:
    html = (
        '<!doctype html>\n<html\n\tlang="en">\n<head><meta property="og:title" content="Gradio" />'
        '<meta\n\tproperty="og:image"\n\tcontent="https://raw.githubusercontent.com/x.jpg"\n/>'
        '<meta name="twitter:creator" content="@teamGradio" /><link rel="manifest" href="/manifest.json" />'
        "</head><body></body></html>"
    )
    ours = in_chinese(html, "<title>莞家 AI</title>")
    assert 'lang="zh-CN"' in ours
    assert "<title>莞家 AI</title>\n</head>" in ours
    for foreign in ("githubusercontent", "twitter", "manifest", "og:"):
        assert foreign not in ours
