"""Who takes part in a case, and on which day it is checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from random import Random

from eval.papers.persons import (
    Company,
    Person,
    hong_kong_person,
    make_address,
    make_company,
    make_person,
    permit_number,
)


@dataclass(frozen=True)
class Cast:
    """The invented people of one case. `rng` is the case's own; `designs` are the layout variants it may use."""

    rng: Random
    as_of: dt.date
    designs: tuple[int, ...]
    applicant: Person
    spouse: Person
    child: Person
    agent: Person
    landlord: Person
    stranger: Person
    migrant: Person  # registered elsewhere, lives in Dongguan
    elder: Person
    hongkonger: Person
    permit_no: str
    company: Company  # of the applicant
    employer: Company
    home: str

    def design(self) -> int:
        """Choose a layout variant."""
        return self.rng.choice(self.designs)

    def before(self, low: int, high: int) -> str:
        """Give an ISO date `low` to `high` days before the day of the case."""
        return (self.as_of - dt.timedelta(days=self.rng.randint(low, high))).isoformat()

    def after(self, low: int, high: int) -> str:
        """Give an ISO date `low` to `high` days after the day of the case."""
        return (self.as_of + dt.timedelta(days=self.rng.randint(low, high))).isoformat()


def make_cast(rng: Random, as_of: dt.date, designs: tuple[int, ...]) -> Cast:
    """Invent the people of a case; no two share a name."""
    applicant = make_person(rng, as_of, (25, 45), sex=rng.choice("男女"), local=True)
    spouse = make_person(rng, as_of, (25, 45), sex="女" if applicant.sex == "男" else "男")
    people = [applicant, spouse]
    for age, local in (((24, 50), None), ((35, 58), True), ((24, 50), None), ((24, 45), False), ((82, 92), True)):
        people.append(make_person(rng, as_of, age, local=local))
    child = make_person(rng, as_of, (1, 2), local=True)
    child = replace(child, name=(applicant if applicant.sex == "男" else spouse).name[0] + child.name[1:])
    hongkonger = hong_kong_person(rng, as_of, rng.choice(["810000", "820000"]))
    names = [p.name for p in (*people, child, hongkonger)]
    if len(set(names)) < len(names):
        return make_cast(rng, as_of, designs)
    agent, landlord, stranger, migrant, elder = people[2:]
    permit_no = permit_number(rng)
    head = "H" if hongkonger.id_number.startswith("81") else "M"
    return Cast(
        rng, as_of, designs, applicant, spouse, child, agent, landlord, stranger, migrant, elder, hongkonger,
        head + permit_no[1:], make_company(rng, as_of, applicant),
        make_company(rng, as_of, make_person(rng, as_of), "company"), make_address(rng),
    )  # fmt: skip
