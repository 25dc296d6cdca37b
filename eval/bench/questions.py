"""The questions that citizens of the benchmarks ask: the answered cases of the dev split, in many openings."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from eval.case_files import load_cases

OWN_CASES = Path(__file__).parents[1] / "cases" / "enquiries.jsonl"

OPENINGS = ("", "请问", "您好，", "你好，想问一下，", "麻烦问下，", "想咨询一下，", "帮我看看，", "老师您好，")
CLOSINGS = ("", "，谢谢", "，麻烦您了")
"""Around a question they make it a new one to the embedder, which remembers what it has seen."""


@dataclass(frozen=True)
class Asked:
    """A question and what was said before it."""

    question: str
    history: tuple[dict[str, str], ...] = ()


def citizens_questions(n: int, cases: Path = OWN_CASES) -> list[Asked]:
    """Give `n` questions in a fixed random order; no two alike up to cases × openings × closings (3,000)."""
    found = [c for c in load_cases(cases) if c.split == "dev" and c.expect.status == "answered"]
    answered = list({case.question: case for case in found}.values())
    order = random.Random(8)
    asked: list[Asked] = []
    for closing, opening in product(CLOSINGS, OPENINGS):
        histories = [tuple(message.model_dump() for message in case.history) for case in answered]
        turn = [Asked(f"{opening}{c.question}{closing}", h) for c, h in zip(answered, histories, strict=True)]
        order.shuffle(turn)
        asked += turn
        if len(asked) >= n:
            break
    return (asked * (n // len(asked) + 1))[:n]
