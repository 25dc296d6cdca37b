"""The citizens' page in a real browser, with a scripted assistant that ends in every status."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from assistant.answers import (
    Action,
    ActionKind,
    Answer,
    AnswerStatus,
    Citation,
    Option,
    Sentence,
    Tier,
    Turn,
)
from assistant.enquiry import Stage
from knowledge_base.content import load_content
from knowledge_base.embedding import E5Embedder
from knowledge_base.index import Index
from prompts import reply
from serving.build import Product
from serving.feedback import FeedbackStore
from serving.model_client import NoModel
from serving.settings import Settings

from .real_browser import PHONE, browser, needs_browser, on_a_port, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request

__all__ = ["browser"]  # a fixture
pytestmark = needs_browser

EVIL = "坏</script><script>alert(1)</script><img src=x onerror=alert(2)>${alert(3)}{{constructor}}"
"""Markup, a JavaScript template and a Handlebars template at once; must be shown as it stands."""

NOTICE = "【2023东莞居住证办理条件及流程】"


def citation(token: str, quote: str, *, verified: bool = True, **changes: object) -> Citation:
    """One citation of 居住证申领."""
    fields: dict[str, object] = {
        "item_id": "jz-apply",
        "item_name": "广东省居住证申领",
        "facet": "materials",
        "source": NOTICE,
        "source_url": None,
        "revision": "0123456789ab",
        "valid_to": None,
    }
    return Citation(token=token, quote=quote, verified=verified, **(fields | changes))  # type: ignore[arg-type]


ACTIONS = (
    Action(ActionKind.GUIDE, "看完整办事指南", item_id="jz-apply"),
    Action(ActionKind.HANDOFF, "转人工", summary="市民咨询：第一次办居住证，想知道要带什么材料。"),
    Action(ActionKind.CALL, "拨打 12345", number="12345"),
)
MATERIALS = Answer(
    answer_id="a-materials",
    status=AnswerStatus.ANSWERED,
    text="办居住证要带身份证、相片和住址证明。",
    sentences=(
        Sentence("第一次办居住证，带好身份证、相片，再带住址、就业、就读证明中的一样。", ("S1",)),
        Sentence("【要带什么】"),
        Sentence("☐ 居民身份证（原件）", ("S1",)),
        Sentence("☐ 近期一寸免冠白底证件照（电子版，有回执）", ("S2",)),
        Sentence("☐ 住址、就业、就读证明中的一样（按您的情况选一样）", ("S1",)),
        Sentence("【怎么办】"),
        Sentence("· 打开粤省事，选东莞，进“户政（治安）”申请。", ("S3",)),
        Sentence("· 也可以带材料到镇街市民服务中心、派出所、警务区申请。", ("S3",)),
        Sentence("【多久办好】"),
        Sentence("· 东莞页面口径（2023）写的办理时间是7个工作日。", ("S4",)),
        Sentence("【要多少钱】"),
        Sentence("· 首次申领居住证免工本费。", ("S5",)),
        Sentence("【去哪办】"),
        Sentence("· 镇街窗口、派出所、警务区。", ("S3",)),
    ),
    citations=(
        citation("S1", "居民身份证；住址、就业、就读证明之一。"),
        citation("S2", "近期一寸免冠白底证件照。", verified=False, source="由本条条件、材料推导，非官方统计"),
        citation("S3", "居住证可以在粤省事、镇街窗口、派出所、警务区申领。", facet="channels"),
        citation("S4", "办理时间是7个工作日。", facet="time_limit", valid_to=dt.date(2025, 12, 31)),
        citation(
            "S5",
            "首次申领居住证免工本费。",
            facet="fee",
            source="《居住证暂行条例》(2015)第21条",
            source_url="https://www.gov.cn/zhengce/content/2015-12/12/content_10398.htm",
        ),
    ),
    item_ids=("jz-apply",),
    facet="materials",
    confidence=0.96,
    tier=Tier.APPROVED,
    options=(
        Option("办居住证要多少钱？", "办居住证要多少钱"),
        Option("多久能拿到居住证？", "多久能拿到居住证"),
    ),
    actions=ACTIONS,
    ai_label=reply("ai_label"),
)


def fixed(status: AnswerStatus, text: str, **changes: object) -> Answer:
    """An answer in fixed words."""
    base = Answer(f"a-{status}", status, text, ai_label=reply("ai_label"))
    return Answer(**{**base.__dict__, "sentences": (Sentence(text),), **changes})


ANSWERS: dict[str, Answer] = {
    "材料": MATERIALS,
    "多久": fixed(
        AnswerStatus.ANSWERED,
        "居住证法定15日内发放，特殊情况可延至30日。",
        answer_id="a-time",
        sentences=(Sentence("居住证法定15日内发放，特殊情况可延至30日。", ("S1",)),),
        citations=(citation("S1", "居住证法定15日内发放，特殊情况可延至30日。", facet="time_limit"),),
        item_ids=("jz-apply",),
        actions=ACTIONS,
    ),
    "居住证": fixed(
        AnswerStatus.CLARIFICATION,
        reply("clarification.items"),
        options=(
            Option("第一次办居住证", "第一次办居住证要什么材料"),
            Option("居住证签注（续签）", "居住证签注多久办好"),
            Option("居住证丢了补领", "居住证丢了多久能补"),
        ),
    ),
    "着火": fixed(AnswerStatus.EMERGENCY, reply("emergency.fire")),
    "身份证号": fixed(AnswerStatus.REFUSED, reply("refused.privacy")),
    "你好": fixed(AnswerStatus.SMALLTALK, reply("smalltalk.greeting")),
    "人工": fixed(AnswerStatus.HANDOFF, reply("handoff.default"), actions=ACTIONS[1:]),
    "路灯": fixed(
        AnswerStatus.TICKET,
        reply("ticket.default"),
        actions=(
            Action(ActionKind.TICKET, "提交 12345 工单", summary="反映：路灯坏了。"),
            *ACTIONS[2:],
        ),
    ),
    "坏库": fixed(AnswerStatus.ERROR_RETRIEVAL, reply("error_retrieval.default")),
    "模型": fixed(
        AnswerStatus.ERROR_MODEL,
        reply("error_model.default"),
        sentences=(Sentence(reply("error_model.default")), *MATERIALS.sentences[2:4]),
        citations=MATERIALS.citations,
    ),
}
NO_CONTENT = fixed(
    AnswerStatus.UNANSWERABLE,
    reply("unanswerable.no_content"),
    options=(Option("社会保障卡首次申领", "社保卡怎么办"), Option("异地就医备案", "异地就医怎么备案")),
    actions=ACTIONS[1:],
)


class ScriptedAssistant:
    """Answers by the first known word in the question; has the interface of `assistant.enquiry.Assistant`."""

    def __init__(self, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s
        self.asked: list[tuple[str, str | None]] = []
        self.cancelled = 0
        self.forgotten: list[str] = []

    async def forget(self, conversation_id: str) -> None:
        """Note which conversation was cleared."""
        self.forgotten.append(conversation_id)

    async def stream(
        self, question: str, *, conversation_id: str | None = None, history: Sequence[Turn] = ()
    ) -> AsyncIterator[Stage | Sentence | Answer]:
        """Stages, sentences with a pause before each, the answer; 崩溃 raises, 很慢 takes its time."""
        self.asked.append((question, conversation_id))
        yield Stage("retrieve", "正在查知识库")
        try:
            await asyncio.sleep(30 if "很慢" in question else self.pause_s)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if "崩溃" in question:
            raise RuntimeError("scripted")
        answer = next((a for word, a in ANSWERS.items() if word in question), NO_CONTENT)
        yield Stage("compose", "正在整理答复")
        for sentence in answer.sentences:
            await asyncio.sleep(self.pause_s)
            yield sentence
        yield answer


def scripted_product(data_dir: Path, assistant: ScriptedAssistant) -> Product:
    """The starter knowledge base, one domain of it with a hostile name, and the scripted assistant."""
    kb = load_content()
    first, *others = kb.domains
    hostile = first.model_copy(update={"domain": first.domain.model_copy(update={"name": EVIL})})
    index = Index(kb.model_copy(update={"domains": (hostile, *others)}), {}, None, "none")  # type: ignore[arg-type]
    return Product(Settings(_env_file=None, data_dir=data_dir), index, assistant, NoModel(), E5Embedder())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def assistant() -> ScriptedAssistant:
    """The assistant behind the page."""
    return ScriptedAssistant()


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory, assistant: ScriptedAssistant) -> Product:
    """The product behind the page."""
    return scripted_product(tmp_path_factory.mktemp("data"), assistant)


@pytest.fixture(scope="module")
def url(scripted: Product) -> Iterator[str]:
    """The address of the page over the scripted assistant."""
    with served(scripted) as address:
        yield address


@contextmanager
def served(product: Product) -> Iterator[str]:
    """Serve the page of a product on a free port of this machine."""
    from fastapi import FastAPI

    from serving.api_conversations import conversation_router
    from serving.pages.citizen import mount_citizen_page

    api = FastAPI(openapi_url=None)
    api.include_router(conversation_router(product))
    with on_a_port(mount_citizen_page(api, product)) as address:
        yield f"{address}/"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone."""
    phone = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN")
    yield phone
    phone.close()


@pytest.fixture
def page(context: BrowserContext, url: str) -> Iterator[Page]:
    """The page, opened; every test also fails on a page error, a dialog or a request to another host."""
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(f"error: {error}"))

    def on_dialog(dialog: Dialog) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def on_request(request: Request) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            faults.append(f"outside: {request.url}")

    opened.on("dialog", on_dialog)
    opened.on("request", on_request)
    open_page(opened, url)
    yield opened
    assert faults == []


def open_page(page: Page, url: str) -> None:
    """Go to the page and wait until it can be used."""
    page.goto(url)
    page.wait_for_selector("#gj-question")


def ask(page: Page, question: str) -> None:
    """Type a question, send it with Enter and wait for the end of its answer."""
    before = page.locator(".gj-turn").count()
    page.fill("#gj-question", question)
    page.press("#gj-question", "Enter")
    page.wait_for_selector(f".gj-turn:nth-child({before + 1}) .gj-card:not(.gj-draft)")
    page.wait_for_selector("#gj-send", state="visible")


def last(selector: str) -> str:
    """Name an element of the newest turn."""
    return f".gj-turn:last-child {selector}"


def fits_sideways(page: Page) -> bool:
    """Tell whether neither the page nor its scrolling part is wider than the screen."""
    return bool(
        page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('#gj, #gj-scroll, #gj-guide-body')]"
            ".every((part) => part.scrollWidth <= innerWidth)"
        )
    )


def test_a_question_is_answered_with_its_sources(page: Page) -> None:
    ask(page, "第一次办居住证要带什么材料")
    expect(page.locator(last(".gj-checks input"))).to_have_count(3)
    expect(page.locator(last(".gj-card"))).to_contain_text("7个工作日", use_inner_text=True)
    expect(page.locator(last(".gj-tag-unverified"))).to_have_count(1)
    assert reply("page.unverified") in page.inner_text(last(".gj-caution"))
    page.click(last(".gj-sources summary"))
    sources = page.inner_text(last(".gj-sources"))
    assert "《居住证暂行条例》(2015)第21条" in sources
    assert "至2025年12月31日" in sources
    links = page.locator(last(".gj-sources a"))
    assert [links.nth(n).get_attribute("href") for n in range(links.count())] == [MATERIALS.citations[4].source_url]
    expect(page.locator("#gj-question")).to_have_value("")


def test_progress_is_shown_while_the_answer_is_made(page: Page) -> None:
    page.fill("#gj-question", "很慢的问题")
    page.press("#gj-question", "Enter")
    page.wait_for_selector(last(".gj-stage"))
    expect(page.locator(last(".gj-stage"))).to_contain_text("正在查知识库", use_inner_text=True)
    expect(page.locator("#gj-say")).to_have_text("正在查知识库", use_inner_text=True)
    page.click("#gj-stop")


def test_stop_ends_the_answer_on_the_server_too(page: Page, assistant: ScriptedAssistant) -> None:
    before = assistant.cancelled
    page.fill("#gj-question", "很慢的问题")
    page.press("#gj-question", "Enter")
    page.wait_for_selector(last(".gj-stage"))
    page.click("#gj-stop")
    page.wait_for_selector(last("[data-retry]"))
    expect(page.locator(last(".gj-reply"))).to_contain_text("已停止回答", use_inner_text=True)
    until(lambda: assistant.cancelled > before)


def test_a_clarify_button_asks_its_question(page: Page) -> None:
    ask(page, "居住证")
    page.click(last(":text('第一次办居住证')"))
    page.wait_for_selector(last(".gj-checks"))
    expect(page.locator(last(".gj-asked"))).to_have_text("第一次办居住证要什么材料", use_inner_text=True)


def test_a_topic_shows_questions_and_asks_them(page: Page) -> None:
    page.click("text=居住证与租赁")
    questions = page.locator(".gj-topic[open] [data-ask]")
    assert 3 <= questions.count() <= 4
    question = questions.nth(1).inner_text()
    questions.nth(1).click()
    page.wait_for_selector(last("[data-status]"))
    assert page.inner_text(last(".gj-asked")) == question
    expect(page.locator(".gj-topic")).to_have_count(18)  # 17 domains and the hotline


def test_large_type_survives_a_reload(page: Page, url: str) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('#gj-question')).fontSize)"
    assert page.evaluate(size) >= 18
    page.click("#gj-big")
    open_page(page, url)
    assert page.evaluate(size) >= 24
    assert page.get_attribute("#gj-big", "aria-pressed") == "true"
    page.click("#gj-big")
    open_page(page, url)
    assert page.evaluate(size) < 24


def test_copied_text_carries_the_ai_label(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "第一次办居住证要带什么材料")
    page.click(last("[data-copy]"))
    page.wait_for_selector("text=已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert reply("ai_label") in copied
    assert "□ 居民身份证（原件）" in copied
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.gj-lead'))")
    page.keyboard.press("Control+c")
    by_hand = page.evaluate("navigator.clipboard.readText()")
    assert by_hand.startswith("第一次办居住证")
    assert by_hand.endswith(reply("ai_label"))


def test_paper_carries_the_answer_and_the_ai_label(page: Page) -> None:
    page.evaluate("window.print = () => {}")
    ask(page, "多久能拿到居住证")
    ask(page, "第一次办居住证要带什么材料")
    page.click(last("[data-print]"))
    page.emulate_media(media="print")
    paper = page.inner_text("#gj-paper")
    expect(page.locator("#gj-paper")).to_be_visible()
    expect(page.locator("#gj-log")).to_be_hidden()
    expect(page.locator("#gj-form")).to_be_hidden()
    assert reply("ai_label") in paper
    assert "《居住证暂行条例》(2015)第21条" in paper
    assert "15日内发放" not in paper


def test_markup_in_questions_and_in_the_knowledge_base_stays_text(page: Page) -> None:
    assert EVIL in page.inner_text("#gj-topics")
    ask(page, EVIL)
    assert page.inner_text(last(".gj-asked")) == EVIL
    page.click(last("[data-person]"))
    expect(page.locator("#gj img, #gj script")).to_have_count(0)
    ask(page, f"{EVIL}材料")
    expect(page.locator("#gj img, #gj script")).to_have_count(0)


def test_the_keyboard_alone_is_enough(browser: Browser, url: str) -> None:
    desk = browser.new_context(viewport={"width": 1280, "height": 900})
    page = desk.new_page()
    open_page(page, url)
    page.wait_for_function("document.activeElement.id === 'gj-question'")
    page.keyboard.type("居住证")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    page.wait_for_selector(last(".gj-option"))
    page.wait_for_function("document.activeElement.id === 'gj-question'")
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.classList.contains('gj-option')"):
            break
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    chosen = page.evaluate("document.activeElement.dataset.ask")
    page.keyboard.press("Enter")
    page.wait_for_selector(last("[data-guide]"))
    assert page.inner_text(last(".gj-asked")) == chosen
    page.focus(last("[data-guide]"))
    page.keyboard.press("Enter")
    page.wait_for_selector(".gj-guide")
    page.keyboard.press("Escape")
    expect(page.locator("#gj-guide")).to_be_hidden()
    desk.close()


def test_enter_that_picks_a_word_of_the_input_method_sends_nothing(page: Page) -> None:
    page.fill("#gj-question", "juzhuzheng")
    page.evaluate(
        "document.querySelector('#gj-question').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    page.wait_for_timeout(100)
    expect(page.locator(".gj-turn")).to_have_count(0)


def test_a_rating_is_on_disk_before_the_page_says_thanks(page: Page, scripted: Product) -> None:
    store = FeedbackStore(scripted.settings.database)
    ask(page, "多久能拿到居住证")
    page.click(last("[data-rating='5']"))
    page.wait_for_selector(last(":text('谢谢您，已记下：非常满意。')"))
    assert [kept.rating for kept in store.history("a-time")] == [5]
    ask(page, "第一次办居住证要带什么材料")
    page.click(last("[data-rating='1']"))
    assert store.history("a-materials") == []  # a low rating asks for its reason first
    page.check(last(".gj-why input[value='看不懂']"))
    page.fill(last(".gj-why textarea"), "字太小")
    page.click(last("[data-rate-send]"))
    page.wait_for_selector(last(":text('谢谢您，已记下：非常不满意。')"))
    (kept,) = store.history("a-materials")
    assert (kept.rating, kept.reasons, kept.comment) == (1, ("看不懂",), "字太小")


@pytest.mark.parametrize("big", [False, True], ids=["standard", "large"])
def test_a_phone_never_scrolls_sideways(page: Page, big: bool) -> None:
    if big:
        page.click("#gj-big")
    assert fits_sideways(page)
    for question in (*ANSWERS, "东莞今天天气怎么样", "长" * 300, "a" * 300):
        ask(page, question)
        assert fits_sideways(page), question
    ask(page, "材料")
    page.click(last(".gj-sources summary"))
    page.click(last("[data-rating='2']"))
    page.click(last("[data-person]"))
    page.click("text=居住证与租赁")
    assert fits_sideways(page)
    page.click(last("[data-guide]"))
    page.wait_for_selector(".gj-guide")
    assert fits_sideways(page)


def test_emergency_numbers_stand_first_and_can_be_tapped(page: Page) -> None:
    ask(page, "我家着火了")
    calls = page.locator(last(".gj-sos a"))
    assert [calls.nth(n).get_attribute("href") for n in range(calls.count())] == ["tel:119", "tel:120"]
    in_sight = "document.querySelector('.gj-sos a').getBoundingClientRect()"
    page.wait_for_function(f"{in_sight}.top > 0 && {in_sight}.bottom < innerHeight / 2")
    assert page.evaluate(f"{in_sight}.height") >= 60


def test_a_person_is_offered_with_the_words_ready(page: Page) -> None:
    ask(page, "东莞今天天气怎么样")
    page.click(last("[data-person]"))
    expect(page.locator(last(".gj-person textarea"))).to_have_value("市民咨询：第一次办居住证，想知道要带什么材料。")
    expect(page.locator(last(".gj-person a[href='tel:12345']"))).to_have_count(1)
    ask(page, "转人工")
    expect(page.locator(last(".gj-person textarea"))).to_be_visible()


def test_the_whole_guide_opens_beside_the_answer(page: Page) -> None:
    ask(page, "多久能拿到居住证")
    page.click(last("[data-guide]"))
    page.wait_for_selector(".gj-guide")
    guide = page.inner_text("#gj-guide")
    for words in ("广东省居住证申领", "要带什么", "本人身份证", "收费", "首次申领居住证免工本费", "大家常问"):
        assert words in guide
    page.click("#gj-guide-close")
    expect(page.locator("#gj-guide")).to_be_hidden()


def test_without_network_the_question_stays_and_can_be_sent_again(page: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    page.fill("#gj-question", "多久能拿到居住证")
    page.press("#gj-question", "Enter")
    page.wait_for_selector(last("[data-retry]"))
    expect(page.locator(last(".gj-reply"))).to_contain_text("网络不通", use_inner_text=True)
    expect(page.locator("#gj-question")).to_have_value("多久能拿到居住证")
    context.set_offline(False)
    page.click(last("[data-retry]"))
    page.wait_for_selector(last("[data-status='answered']"))
    expect(page.locator(".gj-turn")).to_have_count(1)
    expect(page.locator("#gj-question")).to_have_value("")


def test_a_failed_enquiry_says_so_in_chinese_and_offers_another_try(page: Page) -> None:
    ask(page, "崩溃")
    expect(page.locator(last(".gj-reply"))).to_contain_text("刚才没有答上来", use_inner_text=True)
    expect(page.locator(last("a[href='tel:12345']"))).to_have_count(1)
    page.click(last("[data-retry]"))
    page.wait_for_selector(last(".gj-failed"))
    expect(page.locator(".gj-turn")).to_have_count(1)


def test_a_conversation_outlives_a_reload_and_ends_with_clearing(
    page: Page, url: str, assistant: ScriptedAssistant
) -> None:
    ask(page, "第一次办居住证要带什么材料")
    page.check(last(".gj-checks input >> nth=0"))
    open_page(page, url)
    expect(page.locator(last(".gj-asked"))).to_have_text("第一次办居住证要带什么材料", use_inner_text=True)
    assert page.is_checked(last(".gj-checks input >> nth=0"))
    ask(page, "多久能拿到居住证")
    page.click("#gj-clear")
    expect(page.locator("#gj-sure")).to_contain_text("要清除这次对话吗？", use_inner_text=True)
    page.click("#gj-sure-no")
    expect(page.locator(".gj-turn")).to_have_count(2)
    page.click("#gj-clear")
    page.click("#gj-sure-yes")
    page.wait_for_selector("text=对话已清除。")
    expect(page.locator(".gj-turn")).to_have_count(0)
    ask(page, "多久能拿到居住证")
    first, second, third = (conversation for _, conversation in assistant.asked[-3:])
    assert first == second != third
    assert assistant.forgotten[-1] == first


def test_what_the_server_has_not_cleared_stays_and_can_be_cleared_again(page: Page, context: BrowserContext) -> None:
    ask(page, "多久能拿到居住证")
    context.set_offline(True)
    page.click("#gj-clear")
    page.click("#gj-sure-yes")
    page.wait_for_selector("text=没有清除成功")
    expect(page.locator(".gj-turn")).to_have_count(1)
    context.set_offline(False)
    page.click("#gj-sure-yes")
    page.wait_for_function("document.querySelectorAll('.gj-turn').length === 0")
    expect(page.locator("#gj-sure")).to_be_hidden()


def test_who_asks_too_fast_is_told_so_and_keeps_the_question(page: Page) -> None:
    page.route("**/citizen/ask", lambda route: route.fulfill(status=429, json={}))
    page.fill("#gj-question", "多久能拿到居住证")
    page.press("#gj-question", "Enter")
    page.wait_for_selector(last("[data-retry]"))
    expect(page.locator(last(".gj-reply"))).to_contain_text("现在问的人太多", use_inner_text=True)
    expect(page.locator("#gj-question")).to_have_value("多久能拿到居住证")


def test_questions_of_a_topic_come_into_sight_when_it_is_opened(page: Page) -> None:
    page.click("#gj-big")
    page.click("text=居住证与租赁")
    edge = "document.querySelector('.gj-topic[open]').getBoundingClientRect().bottom"
    page.wait_for_function(f"{edge} <= document.querySelector('#gj-form').getBoundingClientRect().top")
    page.click("#gj-big")


def test_questions_that_cannot_be_asked_are_refused_in_the_box(page: Page, scripted: Product) -> None:
    limit = scripted.settings.question_max_chars
    for question, message in (
        ("   ", reply("input.empty")),
        ("长" * (limit + 1), reply("input.too_long", limit=str(limit))),
        ("？！", reply("input.not_text")),
    ):
        page.fill("#gj-question", question)
        page.press("#gj-question", "Enter")
        page.wait_for_function(f"document.querySelector('#gj-input-error').textContent === '{message}'")
        assert page.input_value("#gj-question") == question
        expect(page.locator(".gj-turn")).to_have_count(0)
    expect(page.locator("#gj-count")).to_contain_text(f"最多 {limit} 字", use_inner_text=True)


def test_notices_and_the_ai_label_are_always_there(page: Page) -> None:
    assert reply("ai_label") in page.inner_text("#gj-form")
    assert reply("starter_notice") in page.inner_text("#gj-scroll")
    page.wait_for_selector("text=智能撰写没有启用")  # the scripted product has no base model
    ask(page, "居住证")
    assert reply("ai_label") in page.inner_text(last(".gj-card"))
    assert page.title() == "莞家 AI 东莞办事问答"
    assert page.get_attribute("html", "lang") == "zh-CN"
    expect(page.locator("body")).not_to_contain_text("Gradio", use_inner_text=True)


def test_touch_targets_are_large_enough(page: Page) -> None:
    """移动互联网应用适老化通用设计规范: at least 44 by 44 points everywhere."""
    ask(page, "第一次办居住证要带什么材料")
    sizes = page.evaluate(
        "[...document.querySelectorAll('#gj button, #gj summary, #gj a.gj-act, #gj .gj-checks label')]"
        ".filter((part) => part.offsetParent).map((part) => [part.textContent.trim(), part.offsetHeight])"
    )
    assert [size for size in sizes if size[1] < 44] == []


def test_the_real_product_answers_on_the_page(browser: Browser, product: Product) -> None:
    with served(product) as url:
        page = browser.new_page(viewport=PHONE)
        open_page(page, url)
        ask(page, "办护照要带什么材料")
        assert page.get_attribute(last(".gj-card"), "data-status") == "answered"
        assert page.locator(last(".gj-checks input")).count() >= 3
        page.click(last("[data-guide]"))
        page.wait_for_selector(".gj-guide")
        expect(page.locator("#gj-guide")).to_contain_text("普通护照申领", use_inner_text=True)
        page.close()
