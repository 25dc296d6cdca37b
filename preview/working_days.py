"""Counts working days with the State Council's holiday arrangements, as far as they are known."""

from __future__ import annotations

import datetime as dt


def is_working_day(day: dt.date) -> bool:
    """Tell whether offices work on a day; where the arrangement of that year is not out, Monday to Friday."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def after_working_days(day: dt.date, count: int) -> dt.date:
    """Give the day that lies `count` working days after `day`; the day itself does not count."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= is_working_day(day)
    return day
