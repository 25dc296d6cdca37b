"""Defects of dates: run out, running out, too short, in the wrong order."""

from __future__ import annotations

import datetime as dt

from eval.papers.draft import Draft, Handed
from eval.papers.paper import Paper
from preview.schema import DocumentType as T
from preview.schema import FindingCode as C

PERMITS = (T.RESIDENCE_PERMIT, T.HK_MACAU_PERMIT, T.HMT_RESIDENCE_PERMIT, T.DRIVING_LICENCE)


def expired(draft: Draft) -> bool:
    """Let a card or permit have run out before the day of the check."""
    day = draft.cast.as_of
    for handed in draft.shuffled(draft.of_kind(T.ID_CARD_BACK, T.ID_CARD_FRONT, *PERMITS)):
        supply = draft.supply_of(handed)
        if supply and supply.may_expire:
            continue
        if handed.kind in PERMITS:
            end = day - dt.timedelta(days=draft.rng.randint(10, 200))
            _set_end(handed, handed.papers[0], end, 10 if handed.kind is T.HK_MACAU_PERMIT else 5)
        else:
            back = next((p for p in handed.papers if p.kind is T.ID_CARD_BACK), None)
            birth = _birth_of(draft, handed)
            if back is None or birth is None:
                continue
            last = _years_on(birth, 35)
            if last < _years_on(birth, 26) or (day - birth).days < 27 * 365 or (day - birth).days > 60 * 365:
                continue
            end = min(last, day) - dt.timedelta(days=draft.rng.randint(10, 300))
            _set_end(handed, back, end, 10)
        handed.planted = True
        draft.expect(C.EXPIRED, handed)
        return True
    return False


def expiring_soon(draft: Draft) -> bool:
    """Let a card or permit run out within the next weeks."""
    for handed in draft.shuffled(draft.of_kind(T.ID_CARD_BACK, T.ID_CARD_FRONT, *PERMITS)):
        supply = draft.supply_of(handed)
        if supply and supply.may_expire:
            continue
        end = draft.cast.as_of + dt.timedelta(days=draft.rng.randint(8, 24))
        if handed.kind in PERMITS:
            _set_end(handed, handed.papers[0], end, 10 if handed.kind is T.HK_MACAU_PERMIT else 5)
        else:
            back = next((p for p in handed.papers if p.kind is T.ID_CARD_BACK), None)
            birth = _birth_of(draft, handed)
            if back is None or birth is None:
                continue
            age = (end - birth).days / 365.25
            years = 10 if 26.5 < age < 35.5 else 20 if 46.5 < age < 65 else 0
            if not years:
                continue
            _set_end(handed, back, end, years)
        handed.planted = True
        draft.expect(C.EXPIRING_SOON, handed)
        return True
    return False


def period_too_short(draft: Draft) -> bool:
    """Let the lease or labour contract end within the next weeks."""
    return _contract_end(draft, draft.cast.after(6, 20), C.PERIOD_TOO_SHORT, C.EXPIRING_SOON)


def lease_ended(draft: Draft) -> bool:
    """Let the lease or labour contract have ended."""
    return _contract_end(draft, draft.cast.before(10, 25), C.EXPIRED, C.PERIOD_TOO_SHORT)


def date_order(draft: Draft) -> bool:
    """Let a contract end before it begins, or a licence be issued before the founding."""
    papers = draft.of_kind(T.LEASE_CONTRACT, T.LABOUR_CONTRACT, T.BUSINESS_LICENCE)
    if not papers:
        return False
    handed = draft.rng.choice(papers)
    paper = handed.papers[0]
    if handed.kind is T.BUSINESS_LICENCE:
        founded = dt.date.fromisoformat(paper["founded_on"])
        paper = paper.changed(issued_on=(founded - dt.timedelta(days=draft.rng.randint(40, 300))).isoformat())
    else:
        start = dt.date.fromisoformat(paper["start_on"])
        paper = paper.changed(end_on=(start - dt.timedelta(days=draft.rng.randint(30, 300))).isoformat())
        draft.tolerate(handed, C.EXPIRED, C.PERIOD_TOO_SHORT)
    handed.papers, handed.planted = [paper], True
    draft.expect(C.DATE_ORDER, handed)
    return True


def future_date(draft: Draft) -> bool:
    """Date a form or letter weeks after the day on which it is handed in."""
    papers = [h for h in draft.of_kind(T.APPLICATION_FORM, T.COMMITMENT_LETTER) if h.papers[0].dated]
    if not papers:
        return False
    handed = draft.rng.choice(papers)
    handed.papers, handed.planted = [handed.papers[0].changed(signed_on=draft.cast.after(20, 200))], True
    draft.expect(C.DATE_ORDER, handed)
    return True


def _contract_end(draft: Draft, end: str, code: C, other: C) -> bool:
    contracts = draft.of_kind(T.LEASE_CONTRACT, T.LABOUR_CONTRACT)
    if not contracts or draft.recipe.item in ("rs-wage", "sb-injury"):
        return False
    handed = draft.rng.choice(contracts)
    start = dt.date.fromisoformat(end) - dt.timedelta(days=365)
    handed.papers = [handed.papers[0].changed(start_on=start.isoformat(), end_on=end, signed_on=start.isoformat())]
    handed.planted = True
    draft.expect(code, handed, (other, handed))
    draft.tolerate(handed, code, other)
    return True


def _birth_of(draft: Draft, handed: Handed) -> dt.date | None:
    """Find the birth date that belongs to the back of a card: on the same file, or the front handed in before it."""
    if handed.papers[0]["birth"]:
        return dt.date.fromisoformat(handed.papers[0]["birth"])
    place = draft.files.index(handed)
    before = draft.files[place - 1] if place else None
    if before and before.kind is T.ID_CARD_FRONT and not before.planted:
        return dt.date.fromisoformat(before.papers[0]["birth"])
    return None


def _set_end(handed: Handed, paper: Paper, end: dt.date, years: int) -> None:
    end = end.replace(day=min(end.day, 28))
    values = {"valid_to": end.isoformat()}
    if paper["valid_from"]:
        values["valid_from"] = end.replace(year=end.year - years).isoformat()
    handed.papers = [p.changed(**values) if p is paper else p for p in handed.papers]


def _years_on(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28))
