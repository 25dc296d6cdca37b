"""The citizens' page in a real browser, with a scripted assistant that ends in every status."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence

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
from prompts.loader import reply

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

    async def stream(
        self, question: str, *, conversation_id: str | None = None, history: Sequence[Turn] = ()
    ) -> AsyncIterator[Stage | Sentence | Answer]:
        """Stages, sentences with a pause before each, the answer; 崩溃 raises, 很慢 takes its time."""
        self.asked.append((question, conversation_id))
        yield Stage("retrieve", "正在查知识库……")
        await asyncio.sleep(30 if "很慢" in question else self.pause_s)
        if "崩溃" in question:
            raise RuntimeError("scripted")
        answer = next((a for word, a in ANSWERS.items() if word in question), NO_CONTENT)
        yield Stage("compose", "正在整理答复……")
        for sentence in answer.sentences:
            await asyncio.sleep(self.pause_s)
            yield sentence
        yield answer
