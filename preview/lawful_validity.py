"""For how long identity cards are issued. Source: 居民身份证法 第五条."""

from __future__ import annotations

import datetime as dt

from preview.schema import FOREVER

_AGES = ((16, 5), (26, 10), (46, 20))
"""Below the age, the years a card is valid; from 46 on for ever."""
_YEAR = 365.25
_MARGIN_YEARS = 0.1  # at a limit of age either is right: applied for before, issued after


def lawful_years(born: dt.date, issued: dt.date) -> set[int | None]:
    """Give the years that a card issued on a day may be valid; None is for ever.

    >>> lawful_years(dt.date(1990, 5, 1), dt.date(2018, 3, 1))
    {20}
    """
    age = (issued - born).days / _YEAR
    return {_years(age - _MARGIN_YEARS), _years(age + _MARGIN_YEARS)}


def validity_years(start: dt.date, end: dt.date) -> int | None:
    """Give the length of a validity in years, None for ever."""
    return None if end == FOREVER else round((end - start).days / _YEAR)


def as_date(value: str) -> dt.date | None:
    """Read a date of a field; a month alone ends on its last day. None if it is no date."""
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        pass
    try:
        first = dt.date.fromisoformat(f"{value}-01")
    except ValueError:
        return None
    return (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def _years(age: float) -> int | None:
    return next((years for limit, years in _AGES if age < limit), None)
