"""Tests of assistant/tickets/dispatch.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.tickets.classify import Classification
from assistant.tickets.dispatch import Dispatcher, Obstacle, obstacle_text
from assistant.tickets.policy import Policy
from assistant.tickets.schema import DispatchMode, TicketKind, Urgency
from knowledge_base.content import KnowledgeBase, load_content

from .known_matters import known, sure

ALL_RIGHT = {"0101": [(0.99, 1)] * 60, "0801": [(0.99, 1)] * 60}


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return load_content()


@pytest.fixture(scope="module")
def dispatcher(kb: KnowledgeBase) -> Dispatcher:
    return Dispatcher(kb, held_back=ALL_RIGHT)


def test_clear_ticket_goes_out_by_machine_with_the_duty_line_and_the_town(dispatcher: Dispatcher) -> None:
    sent = dispatcher.dispatch(known("0101"))
    assert (sent.department, sent.mode, sent.obstacles) == ("rsj", DispatchMode.AUTO, ())
    assert "欠薪与劳动监察" in sent.reason
    assert "虎门镇" in sent.reason
    assert sent.basis == "欠薪与劳动监察（有出处）"


@pytest.mark.parametrize(
    ("fields", "obstacle"),
    [
        ({"urgency": Urgency.EMERGENCY}, Obstacle.EMERGENCY),
        ({"weak_signals": 1}, Obstacle.WEAK_SIGNAL),
        ({"classification": sure("0101", alarm=0.5)}, Obstacle.ALARM),
        ({"text": "我怀孕七个月了还要上夜班"}, Obstacle.ALARM),
        ({"classification": replace(sure("0101"), refusal=0.2)}, Obstacle.NOT_ACCEPTED),
        ({"matters": 2}, Obstacle.SEVERAL_MATTERS),
        ({"text": "拖欠工资，另外路灯也坏了"}, Obstacle.SEVERAL_MATTERS),
        ({"town": None}, Obstacle.MISSING_PLACE),
        ({"text": "打给城管，城管说不归他们管，叫我找环保"}, Obstacle.DISPUTED),
        ({"accepted": False}, Obstacle.NOT_ACCEPTED),
        ({"classification": sure("0101", p=0.4)}, Obstacle.UNSURE),
    ],
    ids=str,
)
def test_whatever_needs_a_person_is_never_sent_by_machine(
    fields: dict[str, object], obstacle: Obstacle, dispatcher: Dispatcher
) -> None:
    sent = dispatcher.dispatch(known("0101", **fields))
    assert obstacle in sent.obstacles
    assert sent.mode is not DispatchMode.AUTO
    assert obstacle_text(obstacle)


def test_nothing_is_sent_by_machine_before_anything_was_measured(kb: KnowledgeBase) -> None:
    assert dispatch_mode(Dispatcher(kb)) is DispatchMode.SUGGEST


@pytest.mark.parametrize(
    "change",
    [{"kill_switch": True}, {"whitelist": ("0801",)}, {"blocked_departments": ("rsj",)}],
    ids=["kill switch", "whitelist", "blocked department"],
)
def test_policy_can_stop_the_machine(change: dict[str, object], kb: KnowledgeBase) -> None:
    stopped = Dispatcher(kb, replace(Policy.load(), **change), ALL_RIGHT)  # type: ignore[arg-type]
    assert dispatch_mode(stopped) is DispatchMode.SUGGEST


def test_category_below_its_bar_waits_for_a_person(kb: KnowledgeBase) -> None:
    held = {"0101": [(0.99, 1)] * 50 + [(0.99, 0)] * 10}
    assert dispatch_mode(Dispatcher(kb, held_back=held)) is DispatchMode.SUGGEST


def test_enquiry_needs_no_place(dispatcher: Dispatcher) -> None:
    asked = known("0101", classification=sure("0101", TicketKind.ENQUIRY), town=None)
    assert Obstacle.MISSING_PLACE not in dispatcher.dispatch(asked).obstacles


def test_town_office_is_named_by_its_town(dispatcher: Dispatcher) -> None:
    sent = dispatcher.dispatch(known("0704"))
    assert sent.department == "zj_street"
    assert sent.candidates[0].name == "虎门镇（属地）"


@pytest.mark.parametrize("code", ["1801", "1802"])
def test_referred_matter_goes_to_nobody(code: str, dispatcher: Dispatcher) -> None:
    sent = dispatcher.dispatch(known(code))
    assert sent.department is None
    assert sent.mode is DispatchMode.MANUAL


def test_refused_matter_goes_to_nobody_but_shows_candidates(dispatcher: Dispatcher) -> None:
    sent = dispatcher.dispatch(known("0101", accepted=False))
    assert sent.department is None
    assert sent.candidates[0].department == "rsj"


def test_what_the_model_is_sure_the_hotline_refuses_goes_to_nobody(dispatcher: Dispatcher) -> None:
    sent = dispatcher.dispatch(known("0101", classification=replace(sure("0101"), refusal=0.9)))
    assert (sent.department, sent.mode) == (None, DispatchMode.MANUAL)


def test_second_matter_brings_its_department_along(dispatcher: Dispatcher) -> None:
    sent = dispatcher.dispatch(known("0402", matters=2, further=(sure("0804"), sure("0402"))))
    assert sent.department == "sthj"
    assert sent.co_departments == ("jtj",)


def test_site_wages_go_to_two_departments(dispatcher: Dispatcher) -> None:
    assert dispatcher.dispatch(known("0102")).co_departments == ("zjj",)


def test_candidates_are_at_most_three_best_first_and_probabilities_add_up(dispatcher: Dispatcher) -> None:
    torn = Classification({}, {"0201": 0.3, "0202": 0.3, "0203": 0.2, "0205": 0.15, "0101": 0.05}, {})
    sent = dispatcher.dispatch(known("0201", classification=torn))
    probabilities = [c.probability for c in sent.candidates]
    assert len(probabilities) == 3
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(dispatcher.departments(torn).values()) == pytest.approx(1)


def test_every_class_of_the_catalogue_gets_a_reason(dispatcher: Dispatcher, kb: KnowledgeBase) -> None:
    for category in kb.appeal_categories:
        sent = dispatcher.dispatch(known(category.code))
        assert category.name in sent.reason
        assert "$" not in sent.reason


def test_label_of_another_city_is_sent_to_the_department_learnt_with_it(kb: KnowledgeBase) -> None:
    foreign = Dispatcher(kb, held_back={"路灯": [(0.99, 1)] * 40}, leads={"路灯": "市政处"})
    sent = foreign.dispatch(known("路灯", classification=Classification({}, {"路灯": 1.0}, {})))
    assert (sent.department, sent.candidates[0].name, sent.mode) == ("市政处", "市政处", DispatchMode.AUTO)


def dispatch_mode(dispatcher: Dispatcher) -> DispatchMode:
    """Dispatch a plain case of unpaid wages."""
    return dispatcher.dispatch(known("0101")).mode
