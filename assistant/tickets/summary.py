"""Title and demand in the caller's own words: cleaned of fillers and contact details, sorted, nothing added.

The demand reads 起因–经过–诉求. It serves where no base model is used, and wherever the model said more than the
caller did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.tickets.clauses import Part, clauses
from assistant.tickets.schema import Field, Span, TicketKind, Transcript
from assistant.tickets.transcript import CallerWords
from prompts.ticket_drafts import draft_text

TITLE_CHARS = 30
DEMAND_CHARS = 600
STORY_CHARS, WISH_CHARS = 400, 180
"""Of a very long talk so much is told, so that its wishes, mostly said last, have room."""

ANSWER_CHARS = 3
"""So short are words to the agent (你好, 没有了), where a talk seems to hold nothing else."""

_FILLER = re.compile(
    r"^(?:嗯+|啊+|呃+|额+|哦+|喂+|诶|唉|那个|这个|就是说|就是|然后呢?|其实|反正|你好|您好|hello|请问(?:一下)?|是这样(?:的|子)?|我跟你说|我同你讲|怎么说呢|主要(?:是)?|对(?!着|面|方|我|他|于|家|门)|好的|是的)+"
)
_TAIL = re.compile(r"(?:啊|呀|哦|嘛|啦|哈|呢|咯|喔)+$")
_STUTTER = re.compile(r"([我你他这那就是的都也不在有要]|[\u4e00-\u9fff]{2,4}?)\1{1,}")
_DOUBLES = re.compile(
    r"^(?:天天|常常|看看|刚刚|往往|人人|家家|一一|渐渐|慢慢|好好|多多|处处|年年|月月|时时|偏偏|明明|仅仅)"
)
_SPELLED = re.compile(r"^[\u4e00-\u9fff]*([\u4e00-\u9fff])[\u4e00-\u9fff]*(?:那个|的|嘅|个)\1$")
_NUMERALS = frozenset("零〇一二三四五六七八九幺两十0123456789")
_SPELLING_CHARS = 4
"""Longest clause that takes a surname apart, as 四夕罗 does."""

_LEAD = re.compile(
    r"^(?:我|我们|你好|您好|想|要|来|这里|在此|特此|现|实名|匿名|强烈)*(?:(?:投诉|反映|举报|咨询|反应)(?:一下|一个事|个事|下)?|问一?下)(?:的是|是|关于|:|：)?(?!人|者|电话|过|了)"
)

_MYSELF = re.compile(r"^(?:我们|我|本人)(?:现在|就)?(?:住在|在|是|这边|这里)?(?![们家爸妈儿女父母老弟妹哥姐爷奶])")
"""Who speaks says nothing in a title; 我爸, 我家 stay."""


@dataclass(frozen=True)
class _Said:
    """A clause without fillers and contact details."""

    text: str
    span: Span


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
    story, asked = _told(transcript.text, words, list(left_out))
    if not story and not asked:
        return Field("", 0.0), Field("", 0.0)
    enough = sum(len(said.text) for said in story) > ANSWER_CHARS
    title = _title(story if enough else story + asked, town, {town, *town_names})
    cause, course = _split(story)
    demand = (f"起因：{cause}。" if cause else "") + (f"经过：{course}。" if course else "")
    wishes = "，".join(_LEAD.sub("", said.text).rstrip("？?") for said in asked) or draft_text("closings", str(kind))
    demand += f"诉求：{wishes}{draft_text('matter', 'told', matter=matter) if matter else ''}。"
    spans = sorted(said.span for said in story + asked)
    return (
        Field(title, 0.6, (story or asked)[0].span),
        Field(_cut(demand, DEMAND_CHARS), 0.6, (spans[0][0], spans[-1][1])),
    )


def _told(original: str, words: CallerWords, left_out: list[Span]) -> tuple[list[_Said], list[_Said]]:
    """Give what is told and what is wished for, each in its order and once; of a very long talk what comes first."""
    told: dict[Part, dict[str, _Said]] = {part: {} for part in Part}
    room = {Part.STORY: STORY_CHARS, Part.WISH: WISH_CHARS, Part.LEFT_OUT: WISH_CHARS}
    for clause in clauses(words):
        said = _cleaned(_without(original, clause.span, left_out))
        part = clause.part if _LEAD.sub("", said) else Part.LEFT_OUT
        if len(said) > 1 and said not in told[part] and room[part] > 0 and not _spells(said, original, left_out):
            told[part][said] = _Said(said, clause.span)
            room[part] -= len(said)
    story, asked, rest = (list(told[part].values()) for part in Part)
    return story or ([] if asked else [said for said in rest if len(said.text) > ANSWER_CHARS]), asked


def _spells(said: str, original: str, left_out: list[Span]) -> bool:
    """Tell whether a clause only says how a name is written: 詹天佑的詹, or 四夕罗 after 姓罗."""
    if _SPELLED.match(said):
        return True
    named = {original[end - 1] for _, end in left_out} - _NUMERALS
    return len(said) <= _SPELLING_CHARS and said[-1] in named


def _without(original: str, span: Span, left_out: list[Span]) -> str:
    """Give a clause in its own spelling without the names and numbers that belong in other fields."""
    start, end = span
    said = original[start:end]
    for a, b in left_out:
        if a < end and start < b:
            said = said[: max(0, a - start)] + said[max(0, b - start) :]
    return said


def _cleaned(said: str) -> str:
    said = _TAIL.sub("", _FILLER.sub("", said)).strip("'、：:—-（）() ")
    if said.count("“") != said.count("”"):
        said = said.replace("“", "").replace("”", "")
    said = _STUTTER.sub(lambda m: m[0] if _DOUBLES.match(m[0]) or m[0][0] in "一二三四五六七八九零" else m[1], said)
    return re.sub(r"(?:(?:联系)?电话|手机号?|号码|(?:我|本人|免贵)?姓|我叫|联系人)[:：是]?$", "", said)


def _title(story: list[_Said], town: str, names: set[str]) -> str:
    """Join clauses from the start, at most 30 characters; a long one is cut."""
    named = any(name in clause.text for name in names for clause in story[:2])
    title = ""
    for clause in story:
        said = (_MYSELF.sub("", _LEAD.sub("", clause.text)) or clause.text).rstrip("？?")
        if not title:
            title = said if named else f"{town}{said}"
        elif len(title) < 12 or len(title) + 1 + len(said) <= TITLE_CHARS:
            title += f"，{said}"
        else:
            break
    return _cut(title, TITLE_CHARS)


def _split(story: list[_Said]) -> tuple[str, str]:
    """Put what it is about first, what happened after; the first clauses up to some 20 characters are the cause."""
    cause: list[str] = []
    rest = list(story)
    while rest and sum(map(len, cause)) < 12:
        said = rest.pop(0).text
        cause.append(_LEAD.sub("", said) or said)
    return "，".join(cause), "，".join(clause.text for clause in rest)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    shorter = text[:limit]
    at = max(shorter.rfind(mark) for mark in "，。；")
    return shorter[:at] if at > limit // 2 else shorter
