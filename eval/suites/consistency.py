"""Consistency: one fact asked in several wordings, at several places of a conversation, over every channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from eval.case_files import CaseError, EnquiryCase, Expectation, Message, load_cases
from eval.suite import CASES, OWN_CASES, Suite
from eval.suites.groups import agreement, disagreements
from eval.wordings import FORMS

PARAPHRASES = CASES / "paraphrases.yaml"
CHANNELS = ("json", "sse", "openai")
RETYPED = 100
"""About how many enquiries are asked in another form as well."""

_ELSEWHERE = ("路灯坏了找谁修", "您反映的情况需要部门处理，我帮您记下来转成 12345 工单。")
_HELLO = ("你好，在吗", "您好，我是莞家 AI 助手，可以帮您查东莞办事的条件、材料、流程、时限和费用。")
_THANKS = ("好的，谢谢", "不客气，能帮到您就好。还有别的事项要问，随时说。")


class Paraphrases(BaseModel):
    """One fact and at least three ways to ask for it; `subject` names its item in a few words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    item: str
    subject: str
    facts: tuple[tuple[str, ...], ...]
    wordings: tuple[str, ...] = Field(min_length=3)
    split: str = Field(pattern="^(dev|test)$")


def load_paraphrases(path: Path = PARAPHRASES) -> tuple[Paraphrases, ...]:
    """Read the hand-written groups.

    Raises:
        CaseError: the file is missing or breaks the format.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(tuple[Paraphrases, ...]).validate_python(data)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CaseError(f"{path}: {error}") from error


def conversations(group: Paraphrases) -> dict[str, tuple[tuple[str, str], ...]]:
    """Give four conversations before the question; alone is the fifth place."""
    return {
        "after_others": (_HELLO, _ELSEWHERE),
        "follow_up": ((f"我想了解{group.subject}", f"【{group.subject}】……"),),
        "after_thanks": ((f"{group.subject}怎么办", f"【{group.subject}·怎么办】……"), _THANKS),
        "asked_again": ((group.wordings[0], f"【{group.subject}】……"),),
    }


def members(group: Paraphrases) -> Iterator[EnquiryCase]:
    """Ask a group in all wordings, then its first wording in every conversation and channel and in two forms."""
    first = group.wordings[0]
    for number, wording in enumerate(group.wordings, 1):
        yield _case(group, f"wording{number}", "wording", wording)
    for place, turns in conversations(group).items():
        yield _case(group, place, "conversation", first, turns)
    for channel in CHANNELS:
        yield _case(group, channel, "channel", first, tags=(f"channel:{channel}",))
    start = sum(map(ord, group.id)) % len(FORMS)
    for form in (list(FORMS) * 2)[start : start + 2]:
        yield _case(group, form, "form", FORMS[form](first))


def retyped(case: EnquiryCase, form: str) -> EnquiryCase:
    """Make the other member of the group that an enquiry case begins."""
    return case.model_copy(
        update={
            "id": f"consistency/{case.id}/{form}",
            "question": FORMS[form](case.question),
            "tags": (*case.tags, f"group:{case.id}", "kind:form"),
        }
    )


def cases(path: Path | None = None) -> list[EnquiryCase]:
    """The hand-written groups, and a fixed part of the answerable enquiries, each with one other form in turn."""
    found = [case for group in load_paraphrases(path or PARAPHRASES) for case in members(group)]
    if path is None:
        answerable = [case for case in load_cases(OWN_CASES) if case.expect.status == "answered"]
        forms = list(FORMS)
        for number, case in enumerate(answerable[:: max(1, len(answerable) // RETYPED)]):
            found += [case, retyped(case, forms[number % len(forms)])]
    return found


def _case(
    group: Paraphrases,
    name: str,
    kind: str,
    question: str,
    turns: tuple[tuple[str, str], ...] = (),
    tags: tuple[str, ...] = (),
) -> EnquiryCase:
    history = [Message(role=role, content=text) for turn in turns for role, text in zip(_ROLES, turn, strict=True)]
    return EnquiryCase(
        id=f"consistency/{group.id}/{name}",
        question=question,
        history=tuple(history),
        expect=Expectation(status="answered", items=(group.item,), facts=group.facts),
        tags=(f"group:{group.id}", f"kind:{kind}", *tags),
        split=group.split,
    )


_ROLES = ("user", "assistant")

SUITE = Suite("consistency", cases, agreement, disagreements)
