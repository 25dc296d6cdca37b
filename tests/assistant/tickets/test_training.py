"""Tests of assistant/tickets/training.py, learning.py, mixing.py and linear.py: a city's own small table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.tickets.classify import CATEGORY, DEPARTMENT, KIND, NOBODY, Classifier
from assistant.tickets.dispatch import Dispatcher
from assistant.tickets.learning import learn
from assistant.tickets.linear import LinearModel, ModelFileError
from assistant.tickets.mixing import department_shares, fitted_power
from assistant.tickets.training import Example, Learnt, TrainingError, temperature_of
from knowledge_base.content import KnowledgeBase, load_content

from .known_matters import known, table


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return load_content()


@pytest.fixture(scope="module")
def learnt(kb: KnowledgeBase) -> Learnt:
    return learn(table(), kb, None, "test")


def test_city_with_its_own_labels_learns_class_and_department(
    learnt: Learnt, kb: KnowledgeBase, tmp_path: Path
) -> None:
    learnt.model.save(tmp_path / "m.npz")
    classifier = Classifier(kb.appeal_categories, kb.towns, None, tmp_path / "m.npz")
    judged = classifier.classify("虎门镇中心路的路灯又坏了")
    assert judged.category == "路灯"
    assert classifier.category("路灯").name == "路灯"
    sent = Dispatcher.of(kb, classifier.model).dispatch(known("路灯", classification=judged))
    assert sent.department == "市政处"


def test_report_counts_held_back_cases(learnt: Learnt) -> None:
    assert learnt.report["examples"] == 60
    assert learnt.report[CATEGORY]["n"] == 60
    assert learnt.report[CATEGORY]["right"] > 50
    assert learnt.report["department_dispatched"]["n"] == 60
    assert set(learnt.report["auto"]["thresholds"]) <= {"路灯", "垃圾", "噪声"}


def test_head_with_a_single_label_is_left_out(learnt: Learnt) -> None:
    assert KIND not in learnt.model.heads  # every row of the table is a complaint
    assert DEPARTMENT in learnt.model.heads


def test_reading_is_the_same_after_saving(learnt: Learnt, tmp_path: Path) -> None:
    learnt.model.save(tmp_path / "m.npz")
    again = LinearModel.load(tmp_path / "m.npz")
    before, after = (model.read("路灯不亮", None)[CATEGORY] for model in (learnt.model, again))
    assert after == pytest.approx(before, abs=0.01)
    assert again.meta == learnt.model.meta


def test_department_is_taken_from_the_catalogue_where_a_row_does_not_say(kb: KnowledgeBase) -> None:
    rows = [
        Example(f"{said}{n}", code) for code, said in (("0101", "拖欠工资"), ("1801", "法院判决")) for n in range(6)
    ]
    model = learn(rows, kb, None, "test").model
    assert model.heads[DEPARTMENT].labels == (NOBODY, "rsj")
    assert model.meta["leads"] == {}


def test_department_by_name_becomes_its_id(kb: KnowledgeBase) -> None:
    rows = [replace(row, department="城管局" if row.label == "垃圾" else "交通局") for row in table()]
    model = learn(rows, kb, None, "test").model
    assert model.meta["leads"] == {"噪声": "jtj", "垃圾": "cgj", "路灯": "jtj"}


def test_rows_that_are_not_routine_say_nothing_about_what_a_machine_may_send(kb: KnowledgeBase) -> None:
    rows = [replace(row, routine=False) for row in table()]
    assert learn(rows, kb, None, "test").model.meta["held_back"] == {}


def test_thresholds_follow_the_tickets_that_are_like_real_ones(kb: KnowledgeBase) -> None:
    rows = [replace(row, calibrates=row.label == "路灯") for row in table()]
    assert len(learn(rows, kb, None, "test").model.meta["checked"]) == 20


def test_department_that_would_be_right_too_counts_as_right(kb: KnowledgeBase) -> None:
    rows = [replace(row, also=("市政处", "环卫处", "环保站")) for row in table()]
    dispatched = learn(rows, kb, None, "test").report["department_dispatched"]
    assert dispatched["right"] == dispatched["n"] == 60


def test_phrases_are_learnt_from_but_never_measured(kb: KnowledgeBase) -> None:
    rows = [*table(), Example("窨井盖不见了", "路灯", "市政处", measured=False)]
    assert learn(rows, kb, None, "test").report[CATEGORY]["n"] == 60


@pytest.mark.parametrize(
    "rows", [[], [Example("路灯", "a")], [Example("路灯坏", "a"), Example("路灯灭", "a")]], ids=len
)
def test_too_little_to_learn_from_is_said(rows: list[Example], kb: KnowledgeBase) -> None:
    with pytest.raises(TrainingError):
        learn(rows, kb, None, "test")


def test_label_with_a_single_text_is_left_out_and_counted(kb: KnowledgeBase) -> None:
    learnt = learn([*table(), Example("石头", "单独一条")], kb, None, "test")
    assert learnt.report["left_out"] == 1
    assert "单独一条" not in learnt.model.heads[CATEGORY].labels


def test_damaged_model_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(b"PK\x03\x04 no model")
    for path in (tmp_path / "m.npz", tmp_path / "absent.npz"):
        with pytest.raises(ModelFileError):
            LinearModel.load(path)


def test_temperature_softens_a_model_that_is_too_sure() -> None:
    logits = np.array([[8.0, 0.0]] * 7 + [[8.0, 0.0]] * 3)
    assert temperature_of(logits, np.array([0] * 7 + [1] * 3)) > 3


def test_two_opinions_on_a_department_are_mixed_and_sharpened() -> None:
    lead = {"a": "x", "b": "y", "c": None}.get
    plain = department_shares({"a": 0.6, "b": 0.3, "c": 0.1}, {"x": 0.8, "y": 0.2}, lead, 1.0)
    assert plain == pytest.approx({"x": 0.7, "y": 0.25, NOBODY: 0.05})
    sharp = department_shares({"a": 0.6, "b": 0.3, "c": 0.1}, {"x": 0.8, "y": 0.2}, lead, 2.0)
    assert sharp["x"] > plain["x"]
    assert sum(sharp.values()) == pytest.approx(1)


def test_power_is_high_when_mixtures_are_right_but_shy() -> None:
    shy = [{"x": 0.6, "y": 0.4}] * 20
    assert fitted_power(shy, ["x"] * 20) == 3.0
    assert fitted_power(shy, ["x"] * 12 + ["y"] * 8) == 1.0
