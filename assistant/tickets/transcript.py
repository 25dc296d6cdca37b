"""Reads a transcript or a message into turns; places within the original text are kept exactly.

Extraction works on `CallerWords.text`: as long as the original, character for character, so that a match in the one
is a span of the other. What others said, and who said what, is blank there: the agent's words are not the caller's.
"""

# ruff: noqa: E501  (patterns and word lists read better unbroken)
from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.tickets.schema import Channel, Span, Transcript, Turn
from knowledge_base.text import normalise

AGENT, CALLER = "agent", "caller"

MAX_CHARS = 12_000
"""Of a longer transcript the first and last half of this are searched for fields; the text is kept whole."""

_AGENTS = "坐席员?|座席|话务员|话务|客服人员|客服|接线员|接线|热线|工作人员|agent|operator"
_CALLERS = "市民|来电人|来电|群众|诉求人|用户|客户|居民|反映人|caller|citizen"
_TIME = r"(?:[\[(（【]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?[\])）】]?[\s,，-]*)?"
_MARK = re.compile(
    rf"(?:(?<=\s)|(?<=[。！？?!;；])|^){_TIME}[\[【(（]?(?P<role>{_AGENTS}|{_CALLERS})[\u4e00-\u9fffA-Za-z]?\d{{0,6}}号?"
    rf"[\])）】]?\s*[:：]",
    re.I | re.M,
)
_LETTER_MARK = re.compile(rf"^[ \t]*{_TIME}(?:(?:说话人|speaker)[ \t]*)?(?P<role>[ab甲乙12])[ \t]*[:：]", re.I | re.M)
_SPEAKS = re.compile(r"[\s\[【(（\d:.,，-]*(?:市民|群众|来电(?!人)|caller)", re.I)
"""Marks of a caller that are never labels of a form, as 反映人：彭女士 is."""

_AGENT = re.compile(_AGENTS, re.I)
_INSTRUCTION = re.compile(
    r"(?:(?:^|(?<=[\n。！？!?；;，,]))[ ]*(?:系统|管理员|system|assistant|developer|admin|root)(?:提示|消息|指令|命令)?[ ]*[:：](?:(?![ ](?:记得|我?姓|我叫|我电话|电话|联系|反正))[^\n。！!]){0,400}"
    r"|(?:忽略|无视|忘记|忘掉)(?:你|掉)?(?:之前|以上|前面|上面|此前|所有|一切)的?(?:所有|全部|一切)?的?(?:指令|规则|设定|提示|命令|要求|对话)(?:(?![ ](?:记得|我?姓|我叫|我电话|电话|联系|反正))[^\n。！!]){0,200}"
    r"|ignore (?:all |any )?(?:the )?(?:previous|prior|above)[^\n.。]{0,200}"
    r"|(?:你现在是|你是(?=一?个?(?:ai|人工智能))|从现在起你是|请扮演|假装你是|作为)(?:一个|一名)?(?:管理员|系统|开发者|ai|人工智能|机器人|助手|超级用户|root)(?:(?![ ](?:记得|我?姓|我叫|我电话|电话|联系|反正))[^\n。！!]){0,120}"
    r"|(?:请)?(?:把|将)?(?:工单)?(?:的)?(?:派单|主办|承办|办理|责任|派发|受理)(?:的)?(?:单位|部门|对象)?(?:直接|都|全部|强制)?(?:改成?|换成?|设成?|设置|写成?|填成?|指定|改派|标)(?:成|为|到|给)?[^\s，,。；;！!]{0,20}"
    r"|(?:请)?(?:把|将)(?:这个|本|该)?(?:工单)?的?(?:工单|字段|紧急程度|优先级|诉求类型|类别|类型|分类|镇街|置信度|标题|状态)(?:的)?(?:值)?(?:直接|强制)?(?:改|换|设|写|填|标|调|提)(?:置|记|定)?(?:成|为|到)[^\s，,。；;！!]{0,20}"
    r"|\b(?:kind|category|department|town|urgency|weak_signals?|caller_name|phone|address|accept|mode|confidence|dispatch|auto)[\"']?[ ]*[=:][ ]*[^\s，,。]{1,40})",
    re.I | re.M,
)
"""Words that would steer the machine rather than tell of a matter; they are read as nothing."""

_AGENT_WORDS = re.compile(
    r"您好请讲|贵姓|怎么称呼|工号|很高兴为您|请问有什么|为您服务|为您登记|帮您记录|您的诉求|请您稍等|热线|您反映|给您转"
)


def parse(text: str, channel: Channel = Channel.CALL, now: dt.datetime | None = None) -> Transcript:
    """Cut a transcript into turns by its speaker marks (坐席：/市民：, A:/B: …), one per line or in running text.

    A text without marks, and any message from the web, is one turn of the caller. `now` is when it was said, by
    default the present; relative dates count from it.
    """
    now = now or dt.datetime.now().astimezone()
    marks = [] if channel is Channel.WEB else _marks(text)
    if not marks:
        turns = (Turn(CALLER, text.strip(), *_stripped(text, 0, len(text))),) if text.strip() else ()
        return Transcript(text, turns, channel, now)
    cut: list[Turn] = []
    edges = [*marks, (len(text), len(text), "")]
    if text[: marks[0][0]].strip():
        start, end = _stripped(text, 0, marks[0][0])
        cut.append(Turn(CALLER, text[start:end], start, end))
    for (_, start, speaker), (until, _, _) in pairwise(edges):
        inner = _stripped(text, start, until)
        if inner[0] < inner[1]:
            cut.append(Turn(speaker, text[slice(*inner)], *inner))
    return Transcript(text, tuple(cut), channel, now)


def append(transcript: Transcript, speaker: str, words: str) -> Transcript:
    """Give the transcript with one more turn; what was there keeps its place.

    Args:
        transcript: what was said so far, may be empty.
        speaker: "agent" or "caller".
        words: what was said now; it is one turn even where it looks like several.
    """
    label = "坐席：" if speaker == AGENT else "市民："
    before = f"{transcript.text}\n" if transcript.text else ""
    start = len(before) + len(label)
    turn = Turn(speaker, words, start, start + len(words))
    return Transcript(before + label + words, (*transcript.turns, turn), transcript.channel, transcript.now)


@dataclass(frozen=True)
class CallerWords:
    """What the caller said, in a text as long as the transcript's.

    `text` is folded (half width, simplified, lower case); all but the caller's words is line breaks.
    `full` is folded, too, and holds every speaker's words. `instructions`: where the caller would steer the machine;
    that is blank in both.
    """

    text: str
    full: str
    turns: tuple[Turn, ...]
    instructions: tuple[Span, ...] = ()

    def reply(self, turn: int) -> str:
        """Give the folded words of a turn."""
        return self.full[self.turns[turn].start : self.turns[turn].end]

    def answers(self, place: int, question: re.Pattern[str], within: int) -> bool:
        """Tell whether what stands at a place begins, at most so many characters in, the answer to such a question
        of the agent."""
        for asked, answer in pairwise(self.turns):
            if answer.start <= place < answer.end:
                said = self.full[asked.start : asked.end]
                return asked.speaker == AGENT and place - answer.start <= within and bool(question.search(said))
        return False

    @property
    def spoken(self) -> str:
        """Every speaker's words without blank lines: what is classified, for the agent names the matter, too."""
        return "\n".join(line for line in self.full.split("\n") if line.strip())


def caller_words(transcript: Transcript) -> CallerWords:
    """Blank everything in a transcript but the caller's words; the middle of a very long one is left out, too."""
    full = fold(transcript.text)
    if len(full) > MAX_CHARS:
        half = MAX_CHARS // 2
        full = full[:half] + "\n" * (len(full) - MAX_CHARS) + full[-half:]
    instructions = tuple(match.span() for match in _INSTRUCTION.finditer(full) if match[0].strip())
    full = _INSTRUCTION.sub(lambda match: "\n" * len(match[0]), full)
    parts: list[str] = []
    at = 0
    for turn in transcript.turns:
        if turn.speaker == AGENT:
            continue
        parts += ["\n" * (turn.start - at), full[turn.start : turn.end]]
        at = turn.end
    parts.append("\n" * (len(full) - at))
    return CallerWords("".join(parts), full, transcript.turns, instructions)


def fold(text: str) -> str:
    """Fold each character by itself (half width, simplified, lower case), so that the length stays.

    >>> fold("電話１３８，OK")
    '电话138,ok'
    """
    return "".join(map(_folded, text))


@lru_cache(maxsize=30_000)
def _folded(character: str) -> str:
    if character.isspace():
        return "\n" if character == "\n" else " "
    folded = normalise(character)
    return folded if len(folded) == 1 else character


def _marks(text: str) -> list[tuple[int, int, str]]:
    """Find the speaker marks: where each starts and ends, and who speaks."""
    found = [(m.start(), m.end(), AGENT if _AGENT.match(m["role"]) else CALLER) for m in _MARK.finditer(text)]
    if any(speaker == AGENT for _, _, speaker in found) or any(_SPEAKS.match(text, start) for start, _, _ in found):
        return found
    letters = [(m.start(), m.end(), m["role"].lower()) for m in _LETTER_MARK.finditer(text)]
    names = list(dict.fromkeys(name for _, _, name in letters))
    if len(names) != 2:
        return []
    said = dict.fromkeys(names, "")
    for (_, start, name), until in zip(letters, [*(m[0] for m in letters[1:]), len(text)], strict=True):
        said[name] += text[start:until]
    asked = {name: len(_AGENT_WORDS.findall(words)) for name, words in said.items()}
    agent = max(names, key=lambda name: asked[name])  # the first speaker where nothing tells
    return [(start, end, AGENT if name == agent else CALLER) for start, end, name in letters]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    return start, max(start, start + len(part.strip()))
