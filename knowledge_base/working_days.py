"""Working days with the State Council's holiday arrangements, as far as they are published."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class WorkingDay:
    """A day on which offices work; `guessed`: a year on the way has no published holidays, weekends were counted."""

    on: dt.date
    guessed: bool = False


def is_working_day(day: dt.date) -> bool:
    """Tell whether offices work on a day; where the arrangement of that year is not out, Monday to Friday."""
    return _works(day)[0]


def after_working_days(day: dt.date, count: int) -> WorkingDay:
    """Give the day that lies `count` working days after `day`; the day itself does not count."""
    guessed = False
    while count > 0:
        day += dt.timedelta(days=1)
        works, unpublished = _works(day)
        count -= works
        guessed = guessed or unpublished
    return WorkingDay(day, guessed)


def working_days_between(start: dt.date, end: dt.date) -> int:
    """Count the working days after `start` up to and including `end`; 0 when `end` is not later."""
    days = (start + dt.timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_working_day(day) for day in days)


def _works(day: dt.date) -> tuple[bool, bool]:
    """Tell whether offices work on a day, and whether that is a guess: the library knows the published years."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:
        return day.weekday() < 5, True
