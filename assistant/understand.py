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
_CONTRASTS: tuple[dict[str, str], ...] = (
    {"公司": r"公司|企业", "个体户": r"个体工商户|个体户|个体"},
    {
        "第一次办": r"第一次(?:申?办|申领)?|首次(?:申领|办理?)?|初次(?:申领|办理?)?",
        "丢了补办": r"(?<![没冇未])(?:弄丢了?|丢了?|遗失了?|不见了)(?:[要想]?补[办领发]?)?|补[办领发]",
        "到期换": r"(?:快?到期|过期|期满)了?(?:[要想]?换[办领发]?)?|换[领发]",
    },
    {"结婚": "结婚", "离婚": "离婚"},
    {"买房": "[买购]房", "租房": "租房"},
)
"""What stands against one another in items that are siblings, each with the wordings it replaces."""

CONTRAST_CHARS = 24
"""A follow-up no longer than this that names the other of two ("那公司呢") asks the same of the other."""

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
    subject = contrasted(subject, text) if follow_up else subject
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


def contrasted(subject: str, text: str) -> str:
    """Put what a short follow-up says in the place of what it stands against: 个体户注销要公示吗, 那公司呢."""
    if len(text) > CONTRAST_CHARS:
        return subject
    for group in _CONTRASTS:
        said = [word for word, wordings in group.items() if re.search(wordings, text)]
        if len(said) == 1 and not re.search(group[said[0]], subject):
            others = "|".join(wordings for word, wordings in group.items() if word != said[0])
            subject = re.sub(others, said[0], subject)
    return subject


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
