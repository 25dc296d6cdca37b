"""Conversations on disk: LangGraph's SQLite checkpointer, bounded in turns, versions and age."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

_GREGORIAN = datetime(1582, 10, 15, tzinfo=UTC)


class ConversationMemory:
    """The store of conversations. One row a conversation: older versions of it are pruned after each turn."""

    def __init__(self, saver: AsyncSqliteSaver) -> None:
        self.saver = saver

    @classmethod
    async def open(cls, path: Path, keep_days: int) -> ConversationMemory:
        """Open the file (created if missing) and drop conversations untouched for `keep_days`.

        Raises:
            OSError, sqlite3.Error: the folder or the file cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = await aiosqlite.connect(path)
        await connection.execute("PRAGMA journal_mode=WAL")
        memory = cls(AsyncSqliteSaver(connection))
        await memory.saver.setup()
        await memory._forget_before(datetime.now(UTC) - timedelta(days=keep_days))
        return memory

    async def prune(self, conversation_id: str) -> None:
        """Keep only the newest version of a conversation."""
        for table in ("checkpoints", "writes"):
            await self.saver.conn.execute(
                f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < "
                "(SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = ?)",
                (conversation_id, conversation_id),
            )
        await self.saver.conn.commit()

    async def forget(self, conversation_id: str) -> None:
        """Delete a conversation; unknown ids do nothing."""
        await self.saver.adelete_thread(conversation_id)

    async def close(self) -> None:
        """Close the file."""
        await self.saver.conn.close()

    async def _forget_before(self, moment: datetime) -> None:
        rows = await self.saver.conn.execute_fetchall(
            "SELECT thread_id, MAX(checkpoint_id) FROM checkpoints GROUP BY thread_id"
        )
        for thread_id, newest in rows:
            if _written_at(newest) < moment:
                await self.forget(thread_id)


def _written_at(checkpoint_id: str) -> datetime:
    """Read the time in a version-6 UUID (RFC 9562: 100 ns steps since 1582-10-15)."""
    value = uuid.UUID(checkpoint_id).int
    ticks = ((value >> 80) << 12) | ((value >> 64) & 0x0FFF)
    return _GREGORIAN + timedelta(microseconds=ticks / 10)
