"""Tests of assistant/memory.py: conversations on disk, bounded and masked, over restarts."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.answers import Answer, AnswerStatus, Turn
from assistant.enquiry import Assistant
from assistant.memory import ConversationMemory, _written_at

from .conftest import MakeAssistant

ID_NUMBER = "11010519491231002X"
PHONE = "13812345678"


@pytest.fixture
async def remembering(make_assistant: MakeAssistant, tmp_path: Path) -> AsyncIterator[Assistant]:
    """An assistant that keeps its conversations in a file of this test, three turns of each."""
    assistant = make_assistant(kept_turns=3)
    await assistant.remember(tmp_path / "conversations.sqlite", keep_days=30)
    yield assistant
    await assistant.close()


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def rows(folder: Path, table: str) -> int:
    with sqlite3.connect(folder / "conversations.sqlite") as db:
        return int(db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


async def turns_of(assistant: Assistant, conversation_id: str) -> list[tuple[str, str]]:
    state = await assistant._graph.aget_state({"configurable": {"thread_id": conversation_id}})
    return [(role, content) for role, content in state.values["turns"]]


async def test_follow_up_knows_what_was_asked_before(remembering: Assistant) -> None:
    await remembering.ask("居住证签注怎么办", conversation_id="a")
    answer = await remembering.ask("那要多少钱", conversation_id="a")
    assert (answer.status, answer.item_ids) == (AnswerStatus.ANSWERED, ("jz-endorse",))
    assert "不收费" in answer.text


async def test_conversation_goes_on_after_a_restart(make_assistant: MakeAssistant, tmp_path: Path) -> None:
    for question in ("居住证签注怎么办", "那要多少钱"):
        assistant = make_assistant()
        await assistant.remember(tmp_path / "conversations.sqlite", keep_days=30)
        answer = await assistant.ask(question, conversation_id="a")
        await assistant.close()
    assert answer.item_ids == ("jz-endorse",)
    assert "不收费" in answer.text


async def test_remembering_anew_closes_the_store_that_was_open(remembering: Assistant, tmp_path: Path) -> None:
    memory = remembering._memory
    assert memory is not None
    await remembering.remember(tmp_path / "other.sqlite", keep_days=30)
    with pytest.raises(ValueError, match="no active connection"):
        await memory.forget("a")


async def test_two_conversations_do_not_mix(remembering: Assistant) -> None:
    await remembering.ask("居住证签注怎么办", conversation_id="a")
    await remembering.ask("身份证丢了怎么补", conversation_id="b")
    both = await asyncio.gather(*(remembering.ask("那要多少钱", conversation_id=name) for name in "ab"))
    assert [answer.item_ids for answer in both] == [("jz-endorse",), ("hz-id-lost",)]


async def test_question_without_a_conversation_starts_a_new_one(remembering: Assistant) -> None:
    await remembering.ask("居住证签注怎么办")
    assert (await remembering.ask("那要多少钱")).item_ids != ("jz-endorse",)


async def test_history_from_the_caller_stands_in_for_the_stored_conversation(remembering: Assistant) -> None:
    await remembering.ask("护照丢了怎么补", conversation_id="a")
    given = [("user", "居住证签注怎么办"), ("assistant", "……")]
    answer = await remembering.ask("那要多少钱", conversation_id="a", history=[Turn(*turn) for turn in given])
    assert answer.item_ids == ("jz-endorse",)


async def test_conversation_is_bounded_in_turns_and_is_one_row(remembering: Assistant, tmp_path: Path) -> None:
    for number in range(5):
        await remembering.ask(f"你好{'呀' * number}", conversation_id="a")
        await remembering.ask("谢谢", conversation_id="b")
    kept = await turns_of(remembering, "a")
    assert [role for role, _ in kept] == ["user", "assistant"] * 3
    assert kept[-2] == ("user", "你好呀呀呀呀")
    assert rows(tmp_path, "checkpoints") == 2
    assert rows(tmp_path, "writes") == 0


async def test_personal_numbers_never_reach_the_disk(remembering: Assistant, tmp_path: Path) -> None:
    spaced = f"{ID_NUMBER[:6]} {ID_NUMBER[6:14]} {ID_NUMBER[14:]}"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in ID_NUMBER)
    for number, form in enumerate((ID_NUMBER, spaced, wide, f"{ID_NUMBER[:9]}\u200b{ID_NUMBER[9:]}")):
        question = f"我叫王小明，身份证{form}，电话{PHONE}，居住证签注怎么办"
        await remembering.ask(question, conversation_id=str(number))
        async for _ in remembering.stream(question, conversation_id=f"s{number}"):
            pass
    stored = bytes_on_disk(tmp_path)
    assert "居住证签注".encode() in stored
    for secret in (ID_NUMBER, spaced, wide, ID_NUMBER[6:14], PHONE, "王小明"):
        assert secret.encode() not in stored
        assert secret.lower().encode() not in stored


async def test_personal_numbers_do_not_reach_the_disk_when_a_question_breaks_inside(
    remembering: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("programming error")

    await remembering.ask("居住证签注怎么办", conversation_id="a")
    monkeypatch.setattr("assistant.enquiry.understand", broken)
    with pytest.raises(KeyError):
        await remembering.ask(f"身份证{ID_NUMBER}的居住证怎么办", conversation_id="a")
    assert ID_NUMBER.encode() not in bytes_on_disk(tmp_path)


async def test_forgotten_conversation_is_gone(remembering: Assistant, tmp_path: Path) -> None:
    await remembering.ask("居住证签注怎么办", conversation_id="a")
    await remembering.forget("a")
    await remembering.forget("never-was")
    assert rows(tmp_path, "checkpoints") == 0
    assert (await remembering.ask("那要多少钱", conversation_id="a")).item_ids != ("jz-endorse",)


async def test_silent_conversation_is_dropped_at_the_next_start(
    make_assistant: MakeAssistant, tmp_path: Path
) -> None:
    assistant = make_assistant()
    await assistant.remember(tmp_path / "conversations.sqlite", keep_days=1)
    await assistant.ask("你好", conversation_id="old")
    await assistant.ask("你好", conversation_id="new")
    await assistant.close()
    with sqlite3.connect(tmp_path / "conversations.sqlite") as db:
        for table in ("checkpoints", "writes"):
            db.execute(f"UPDATE {table} SET checkpoint_id = ? WHERE thread_id = 'old'", (id_of_days_ago(2),))
    await assistant.remember(tmp_path / "conversations.sqlite", keep_days=1)
    assert rows(tmp_path, "checkpoints") == 1
    assert await turns_of(assistant, "new")
    await assistant.close()


async def test_store_that_fails_leaves_the_answer_as_it_is(remembering: Assistant, tmp_path: Path) -> None:
    usual = await remembering.ask("居住证签注要钱吗", conversation_id="a")
    memory = remembering._memory
    assert memory is not None
    await memory.saver.conn.execute("DROP TABLE checkpoints")
    assert (await remembering.ask("居住证签注要钱吗", conversation_id="a")).text == usual.text
    parts = [part async for part in remembering.stream("居住证签注要钱吗", conversation_id="a")]
    assert isinstance(parts[-1], Answer)
    assert parts[-1].text == usual.text


async def test_store_in_a_missing_folder_is_created(tmp_path: Path) -> None:
    memory = await ConversationMemory.open(tmp_path / "new" / "folder" / "conversations.sqlite", keep_days=1)
    await memory.close()
    assert (tmp_path / "new" / "folder" / "conversations.sqlite").is_file()


def test_time_of_a_version_is_read_from_its_id() -> None:
    moment = _written_at("1efe4ad8-a4b2-6b8a-8001-0123456789ab")
    assert moment.year == 2025
    for days in (0, 400):
        assert abs(_written_at(id_of_days_ago(days)) - (datetime.now(UTC) - timedelta(days=days))) < timedelta(
            hours=1
        )


def id_of_days_ago(days: int) -> str:
    """Make a version-6 UUID of that day."""
    since = datetime.now(UTC) - timedelta(days=days) - datetime(1582, 10, 15, tzinfo=UTC)
    ticks = int(since.total_seconds() * 10_000_000)
    return str(uuid.UUID(int=((ticks >> 12) << 80) | (6 << 76) | ((ticks & 0x0FFF) << 64) | (2 << 62)))
