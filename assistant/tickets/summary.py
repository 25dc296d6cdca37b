"""Title and demand in the caller's own words: cleaned of fillers and contact details, sorted, nothing added.

The demand reads 起因–经过–诉求. It serves where no base model is used, and wherever the model said more than the
caller did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.tickets.schema import Field, Span, TicketKind, Transcript
from assistant.tickets.transcript import AGENT, CallerWords
from prompts.ticket_drafts import draft_text

TITLE_CHARS = 30
DEMAND_CHARS = 600

_CLAUSE = re.compile(r"[^\s，,。；;！!？?\n]+[？?]?")
_FILLER = re.compile(
    r"^(?:嗯+|啊+|呃+|额+|哦+|喂+|诶|唉|那个|这个|就是说|就是|然后呢?|其实|反正|你好|您好|hello|请问(?:一下)?|是这样(?:的|子)?|我跟你说|我同你讲|怎么说呢|主要(?:是)?|对(?!着|面|方|我|他|于|家|门)|好的|是的)+"
)
_TAIL = re.compile(r"(?:啊|呀|哦|嘛|啦|哈|呢|咯|喔)+$")
_STUTTER = re.compile(r"([我你他这那就是的都也不在有要]|[\u4e00-\u9fff]{2,4}?)\1{1,}")
_DOUBLES = re.compile(
    r"^(?:天天|常常|看看|刚刚|往往|人人|家家|一一|渐渐|慢慢|好好|多多|处处|年年|月月|时时|偏偏|明明|仅仅)"
)
_CONTACT = re.compile(
    r"^(?:我|免贵|本人)?姓[\u4e00-\u9fff]{1,3}$|^(?:我(?:的)?)?(?:联系)?(?:电话|手机|号码|联系方式)(?:号码)?(?:是|:|：)?$|^(?:姓名|名字)(?:就|也|都)?不|^不(?:留|讲|说|用)(?:啦|了)?$|^(?:你|您)?记(?:一下|好)|"
    r"^(?:打给我|叫他们打给我|回(?:我)?电话?|联系我)$|^(?:谢谢|多谢|唔该|好|好的|对|嗯|是|是的|没有|有|不知道|忘了|麻烦(?:你|您)?(?:了)?|再见|拜拜|就这样|没(?:有)?了|唔使)$|^[\u4e00-\u9fff]$"
)
_SPELLED = re.compile(r"^([\u4e00-\u9fff]{1,6})(?:那个|的|嘅|个)([\u4e00-\u9fff])$")
_DEMAND = re.compile(
    r"^(?:请(?!假|客|了)|希望|要求|麻烦|求|恳请|恳求|望|盼|想(?!不|了|到|起|着|过|来)|能不能|可不可以|可否|能否|能(?=.{0,12}吗)|让|叫(?=他|她|人|物业|老板|商家|对方|城管|厂|公司)|给(?:我|个)|帮|最起码|起码|至少|必须|应该|建议|什么时候|怎么|如何|为什么|凭什么|谁|多久|要不要|要(?=退|赔|他|对方|商家|把|换|补|给|有)|"
    r"就要|我就?要|我想|你们(?:快|赶|能|帮|查|管|可以|去|派)|赶紧|尽快|马上|快(?=点|来|去|派|处理|些|帮|查)|社区来|规范|不要|别|划个|今天(?:晚上)?叫|剩下)|(?:吗|呢|呀)[？?]?$|[？?]$|退(?:给我|回来|钱|款|还)|赔(?:偿|我|给)|查(?:一?查|一下|处)|处理一?下?|整改|管一?管|来看看|上门|介入|核实|解决|劝停|公示|恢复正常|怎么算|要正常|申请"
)
_ASKED = re.compile(r"诉求|希望|要求|怎么处理|想怎么|需要(?:我们)?(?:怎么|什么)|想要|您(?:的)?意思|你要")
_LEAD = re.compile(
    r"^(?:我|我们|你好|您好|想|要|来|这里|在此|特此|现|实名|匿名|强烈)*(?:投诉|反映|举报|咨询|反应)(?:一下|一个事|个事|下)?(?:的是|是|关于|:|：)?(?!人|者|电话|过|了)"
)

_MYSELF = re.compile(r"^(?:我们|我|本人)(?:现在|就)?(?:住在|在|是|这边|这里)?(?![们家爸妈儿女父母老弟妹哥姐爷奶])")
"""Who speaks says nothing in a title; 我爸, 我家 stay."""


@dataclass(frozen=True)
class _Clause:
    text: str
    span: Span
    asks: bool


def summarise(
    transcript: Transcript,
    words: CallerWords,
    kind: TicketKind,
    left_out: Iterable[Span],
    town: str = "",
    town_names: Iterable[str] = (),
    matter: str = "",
) -> tuple[Field[str], Field[str]]:
    """Give title and demand.

    Args:
        transcript: the original, whose spelling is kept.
        words: which parts of it are the caller's.
        kind: decides what is asked where the caller does not say.
        left_out: places of names and numbers that belong in other fields.
        town: everyday name of the town; leads the title if its words do not name it.
        town_names: the other names under which it may stand there.
        matter: name of the class where it is sure; stands in brackets behind the demand, callers seldom name it.
    """
    clauses = _clauses(transcript.text, words, list(left_out))
    if not clauses:
        return Field("", 0.0), Field("", 0.0)
    story = [clause for clause in clauses if not clause.asks] or clauses[:1]
    asked = [clause for clause in clauses if clause.asks and clause not in story]
    title = _title(story if len(story[0].text) > 3 or len(story) > 1 else clauses, town, {town, *town_names})
    cause, course = _split(story)
    demand = f"起因：{cause}。" + (f"经过：{course}。" if course else "")
    wishes = "，".join(clause.text.rstrip("？?") for clause in asked) or draft_text("closings", str(kind))
    demand += f"诉求：{wishes}{draft_text('matter', 'told', matter=matter) if matter else ''}。"
    whole = (clauses[0].span[0], clauses[-1].span[1])
    return Field(title, 0.6, story[0].span), Field(_cut(demand, DEMAND_CHARS), 0.6, whole)


def _clauses(original: str, words: CallerWords, left_out: list[Span]) -> list[_Clause]:
    found: list[_Clause] = []
    seen: set[str] = set()
    size = 0
    for match in _CLAUSE.finditer(words.text):
        start, end = match.span()
        said = original[start:end]
        for a, b in left_out:
            if a < end and start < b:
                said = (
                    said[: max(0, a - start)] + said[max(0, b - start) :]
                    if b - start < len(said)
                    else said[: max(0, a - start)]
                )
        said = _cleaned(said)
        spelled = _SPELLED.match(said)
        if not said or _CONTACT.search(said) or (spelled and spelled[2] in spelled[1]) or said in seen:
            continue
        seen.add(said)
        size += len(said)
        found.append(_Clause(said, (start, end), bool(_DEMAND.search(said)) or _answers_demand(words, start)))
        if size > DEMAND_CHARS:
            break
    return found


def _cleaned(said: str) -> str:
    said = _TAIL.sub("", _FILLER.sub("", said)).strip("'、：:—-（）() ")
    if said.count("“") != said.count("”"):
        said = said.replace("“", "").replace("”", "")
    said = _STUTTER.sub(lambda m: m[0] if _DOUBLES.match(m[0]) or m[0][0] in "一二三四五六七八九零" else m[1], said)
    return re.sub(r"(?:(?:联系)?电话|手机号?|号码|(?:我|本人|免贵)?姓|我叫|联系人)[:：是]?$", "", said)


def _answers_demand(words: CallerWords, start: int) -> bool:
    """Tell whether a clause opens the caller's answer to "您的诉求是？"."""
    for index, turn in enumerate(words.turns):
        if turn.start <= start < turn.end:
            before = words.turns[index - 1] if index else None
            return bool(
                before
                and before.speaker == AGENT
                and start - turn.start < 3
                and _ASKED.search(words.reply(index - 1))
            )
    return False


def _title(story: list[_Clause], town: str, names: set[str]) -> str:
    """Join clauses from the start, at most 30 characters; a long one is cut."""
    named = any(name in clause.text for name in names for clause in story[:2])
    title = ""
    for clause in story:
        said = _MYSELF.sub("", _LEAD.sub("", clause.text)) or clause.text
        if not title:
            title = said if named else f"{town}{said}"
        elif len(title) < 12 or len(title) + 1 + len(said) <= TITLE_CHARS:
            title += f"，{said}"
        else:
            break
    return _cut(title, TITLE_CHARS)


def _split(story: list[_Clause]) -> tuple[str, str]:
    """Put what it is about first, what happened after; the first clauses up to some 20 characters are the cause."""
    cause: list[str] = []
    rest = list(story)
    while rest and sum(map(len, cause)) < 12:
        cause.append(_LEAD.sub("", rest.pop(0).text) or "反映问题")
    return "，".join(cause), "，".join(clause.text for clause in rest)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    shorter = text[:limit]
    at = max(shorter.rfind(mark) for mark in "，。；")
    return shorter[:at] if at > limit // 2 else shorter
