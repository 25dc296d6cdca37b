"""Tests of assistant/tickets/duplicates.py and deadlines.py."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from assistant.tickets.classify import Classifier
from assistant.tickets.deadlines import DueState, Limits
from assistant.tickets.duplicates import DuplicateFinder, Matter, MatterEmbedder, embedding_of, rarity_of
from assistant.tickets.exemplars import shipped_tickets
from assistant.tickets.schema import TicketKind
from assistant.tickets.transcript import caller_words, parse
from assistant.tickets.wording import Wording
from knowledge_base.content import load_content
from knowledge_base.embedding import E5Embedder, Vectors
from knowledge_base.working_days import working_days_between

NOW = dt.datetime(2026, 4, 24, 20, 0, tzinfo=dt.UTC)
EMBEDDER = MatterEmbedder(E5Embedder())


class Counting(E5Embedder):
    """Remembers which texts it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def query(self, text: str) -> Vectors:
        self.asked.add(text)
        return super().query(text)


def matter(
    ticket_id: str,
    text: str,
    *,
    days: float = 0,
    town: str | None = "441900115",
    caller: str = "",
    category: str = "0302",
) -> Matter:
    return Matter(
        ticket_id, text, NOW - dt.timedelta(days=days), town, category, "投诉", caller or None, EMBEDDER.query(text)
    )


@pytest.fixture(scope="module")
def finder() -> DuplicateFinder:
    return DuplicateFinder(rarity_of(example.text for example in shipped_tickets()))


FIRST = matter("a", "清溪三星村路口晚上炒粉车十几档，油水直接泼下水道，走路一脚油，规范一下", days=1.0)
AGAIN = matter("b", "清溪三星村口炒粉摊把人行道全占了，油污倒进雨水井，整条街滑溜溜，城管怎么不管")


def test_same_matter_in_other_words_is_found_and_says_why(finder: DuplicateFinder) -> None:
    [found] = finder.find(AGAIN, [FIRST])
    assert (found.ticket_id, found.merge) == ("a", "group")
    assert any("三星村" in words for words in found.words)


def test_same_caller_makes_it_a_repeat_and_another_caller_a_group(finder: DuplicateFinder) -> None:
    [found] = finder.find(replace(AGAIN, caller="x"), [replace(FIRST, caller="x")])
    assert found.merge == "duplicate"


@pytest.mark.parametrize(
    "other",
    [
        matter("c", "清溪大利村菜市场边上卖水果的占道，走路都没地方", days=1),
        matter("d", "清溪三星村路灯坏了一个月，晚上黑漆漆", days=1, category="0803"),
        replace(FIRST, at=NOW - dt.timedelta(days=8)),
        replace(FIRST, town="441900003"),
        replace(FIRST, at=NOW + dt.timedelta(hours=1)),
        replace(FIRST, kind="表扬"),
    ],
    ids=["other-place", "other-matter", "too-long-ago", "other-town", "later", "praise"],
)
def test_what_is_another_matter_is_not_proposed(finder: DuplicateFinder, other: Matter) -> None:
    assert finder.find(AGAIN, [other]) == ()


def test_possible_ones_are_chosen_without_their_words_and_few_are_left(finder: DuplicateFinder) -> None:
    others = [matter(f"m{n}", e.text, days=1, category="x") for n, e in enumerate(shipped_tickets()[:100])]
    wordless = [replace(other, text="") for other in (*others, FIRST)]
    possible = [old.ticket_id for old in finder.possible(AGAIN, wordless, 40)]
    assert possible[0] == "a" and len(possible) < 20


def test_possible_ones_hold_all_that_are_found_among_all(finder: DuplicateFinder) -> None:
    texts = [e.text for e in shipped_tickets()[:60]]
    earlier = [FIRST, *(matter(f"m{n}", text, days=1) for n, text in enumerate(texts))]
    for text in (AGAIN.text, *texts[:10]):
        new = matter("new", text)
        assert finder.find(new, finder.possible(new, earlier, 40)) == finder.find(new, earlier)


def test_the_learnt_matrix_tells_reports_of_one_matter_from_look_alikes() -> None:
    one = "东城花园新村26栋有人从五楼吊一根电线下来给电动车充电，下雨天也插着"
    again = "花园新村二十六栋楼下那个插排噼里啪啦冒火星，上面吊下来的线，我孩子天天从那过"
    other = "东城花园新村19栋前的电动车棚充电桩坏了一半，扫码扣钱不来电"
    plain, turned = E5Embedder(), EMBEDDER

    def nearer(embedder: E5Embedder | MatterEmbedder) -> float:
        first = embedder.query(one)
        return float(first @ embedder.query(again) - first @ embedder.query(other))

    assert nearer(turned) > nearer(plain)
    assert np.linalg.norm(turned.query(one)) == pytest.approx(1)


def test_a_matrix_of_another_embedder_is_refused() -> None:
    with pytest.raises(ValueError, match="learn it again"):
        MatterEmbedder(E5Embedder(weights=None))
    assert MatterEmbedder(E5Embedder()).name.startswith(E5Embedder().name)


def test_what_has_no_embedding_is_not_possible(finder: DuplicateFinder) -> None:
    assert finder.possible(replace(AGAIN, vector=None), [FIRST], 40) == []
    assert finder.possible(AGAIN, [replace(FIRST, vector=None)], 40) == []


def test_the_embedding_of_a_matter_is_the_one_the_classifier_asked_for() -> None:
    kb = load_content()
    embedder = Counting()
    words = caller_words(
        parse("坐席：您好请讲\n市民：我姓陈 清溪三星村口炒粉摊把人行道全占了 一三八零零一三八零零零")
    )
    Classifier(kb.appeal_categories, kb.towns, embedder).classify(words.spoken)
    assert embedding_of(words, Wording(kb.towns), embedder) is not None
    assert len(embedder.asked) == 1


@pytest.fixture(scope="module")
def limits() -> Limits:
    return Limits(load_content().ticket_rules)


@pytest.mark.parametrize(
    ("kind", "received", "due"),
    [
        (TicketKind.ENQUIRY, dt.date(2026, 11, 20), dt.date(2026, 11, 24)),  # a Friday: the weekend does not count
        (TicketKind.COMPLAINT, dt.date(2026, 9, 30), dt.date(2026, 10, 27)),  # National Day, one Saturday worked
        (TicketKind.HELP, dt.date(2026, 11, 2), dt.date(2026, 11, 16)),
    ],
)
def test_deadline_counts_working_days_of_the_published_calendar(
    limits: Limits, kind: TicketKind, received: dt.date, due: dt.date
) -> None:
    deadline = limits.deadline(kind, received)
    assert deadline is not None
    assert deadline.on == due
    assert not deadline.provisional


def test_deadline_of_a_year_without_published_holidays_says_so(limits: Limits) -> None:
    deadline = limits.deadline(TicketKind.COMPLAINT, dt.date(2031, 9, 30))
    assert deadline is not None
    assert deadline.provisional


def test_praise_has_no_deadline(limits: Limits) -> None:
    assert limits.deadline(TicketKind.PRAISE, dt.date(2026, 11, 20)) is None


def test_deadline_warns_before_it_is_over(limits: Limits) -> None:
    deadline = limits.deadline(TicketKind.HELP, dt.date(2026, 11, 2))
    assert deadline is not None
    states = [deadline.state(dt.date(2026, 11, day)) for day in (3, 12, 16, 17)]
    assert states == [DueState.ON_TIME, DueState.DUE_SOON, DueState.DUE_SOON, DueState.OVERDUE]


def test_working_days_between_skip_holidays_and_count_make_up_days() -> None:
    assert working_days_between(dt.date(2026, 9, 30), dt.date(2026, 10, 8)) == 1
    assert working_days_between(dt.date(2026, 11, 20), dt.date(2026, 11, 20)) == 0
