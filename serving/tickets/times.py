"""Times of tickets: kept in UTC, read in China."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def utc(at: dt.datetime) -> str:
    """Write a time as it is kept: in UTC, so that text order is time order; a time without zone is China's."""
    aware = at if at.tzinfo else at.replace(tzinfo=CHINA)
    return aware.astimezone(dt.UTC).isoformat(timespec="microseconds")


def utc_now() -> str:
    """Write the present as it is kept."""
    return utc(dt.datetime.now(dt.UTC))
