"""What the citizen means: a question that stands alone, the facets asked for, and what was told about the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.answers import Turn
from knowledge_base.facets import facet_cues
from knowledge_base.schema import Facet, Situation, SituationOption
from knowledge_base.text import normalise

_FOLLOW_UP = re.compile(
    r"^(那|咁|然后|还有|另外|如果|要是|假如|换成|改成|要系|若)|(呢|咧|哩|啊)[?!。,，]?$|(它|这个|那个|这种|那种|上面|刚才|刚刚|前面|你说的|这些|那些|呢个|嗰个|其中|同样|也(是|要|得|可以)?(吗|一样))"
)
_SWITCH = re.compile(r"^(另外|顺便|顺带|再(问|打听|请问|咨询)|换个话题|对了|还想问)")
POINTING_CHARS = 40
LEANING_CHARS = 60
"""A message no longer than this that names no item goes on with what was said before."""

_SLOTS: dict[str, dict[str, str]] = {
    "户籍": {
        "港澳台": r"港澳台|香港人|澳门人|台湾人|香港居民|澳门居民|台湾居民|台胞|港人|澳门户|香港户",
        "非东莞户籍": r"外地(户口|户籍|人)|非(东莞|本地|莞|本市)|外省|外来|新莞人|随迁|户口(在|是)(?!东莞|本地)[\u4e00-\u9fff]{2,}",
        "东莞户籍": r"(东莞|本地|莞|本市)(户口|户籍|籍|人)|户口在(东莞|本地)|莞籍",
    },
}
_AGE = re.compile(r"(\d{1,3})\s*(周)?岁")


@dataclass(frozen=True)
class Understanding:
    """A question ready for search. `question` stands alone; `text` is the last message, normalised.

    `named` tells whether the message names an item; `subject` is what was asked before, empty unless it is a follow-up.
    """

    question: str
    text: str
    cues: frozenset[Facet]
    follow_up: bool
    slots: dict[str, str] = field(default_factory=dict)
    named: bool = False
    subject: str = ""


def understand(text: str, turns: Sequence[Turn], names: Callable[[str], bool]) -> Understanding:
    """Resolve the message against the conversation and read facets and slots from it.

    `names` tells whether a normalised text names an item; such a message stands on its own.
    """
    earlier = [normalise(turn.content) for turn in turns if turn.role == "user"]
    subject = ""
    for question in earlier:
        subject = f"{subject} {question}" if subject and is_follow_up(question, names) else question
    follow_up = bool(subject) and is_follow_up(text, names)
    question = f"{subject} {text}" if follow_up else text
    cues = facet_cues(text) or (facet_cues(subject) if follow_up else frozenset())
    slots = read_slots(question)
    return Understanding(question, text, cues, follow_up, slots, names(text), subject if follow_up else "")


def is_follow_up(text: str, names: Callable[[str], bool]) -> bool:
    """Tell whether a normalised message leans on what was said before.

    Words that point back (那…, …呢) make it one unless it is long; so does naming no item. Who says that he comes to
    something else (另外…, 顺便…) and names it leans on nothing.
    """
    if _SWITCH.search(text) and names(text):
        return False
    pointing = bool(_FOLLOW_UP.search(text)) and len(text) <= POINTING_CHARS
    return pointing or (len(text) <= LEANING_CHARS and not names(text))


def read_slots(text: str) -> dict[str, str]:
    """Read what the citizen told of the case: 户籍, 年龄."""
    slots = {
        slot: value
        for slot, values in _SLOTS.items()
        for value, pattern in reversed(values.items())
        if re.search(pattern, text)
    }
    if age := _AGE.search(text):
        slots["年龄"] = age[1]
    return slots


def chosen_option(situation: Situation, text: str) -> SituationOption | None:
    """Give the one option of a situation that the text names; None when it names none or several."""
    named = [
        option
        for option in situation.options
        if any(normalise(word) in text for word in (option.label, *option.aliases))
    ]
    return named[0] if len(named) == 1 else None
