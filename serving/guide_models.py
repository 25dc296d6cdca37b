"""Service guides on the wire: every row says where it comes from and what is doubtful about it."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from knowledge_base.schema import ELicence, Necessity


class Row(BaseModel):
    """One statement of a guide; `mark` says in Chinese what is doubtful about it, empty when nothing is."""

    text: str = Field(examples=["居住登记可以在粤省事小程序办理。"])
    source: str
    source_url: str | None
    verified: bool
    valid_from: dt.date | None
    valid_to: dt.date | None
    mark: str = Field(examples=["待核实，以广东政务服务网为准"])


class MaterialRow(Row):
    """One row of the materials checklist; `text` is the row as a citizen reads it."""

    id: str
    name: str
    form: str
    copies: int | None
    when: str
    necessity: Necessity
    e_licence: ELicence
    acceptance_points: list[str]


class SituationChoice(BaseModel):
    """One answer to a situation question; `materials` are ids of the checklist that it adds."""

    id: str
    label: str
    materials: list[str]
    effect: str


class SituationQuestion(BaseModel):
    """A question (情形) whose answer changes materials or conditions."""

    id: str
    question: str
    options: list[SituationChoice]


class FaqRow(Row):
    """A frequent question; `text` is the answer."""

    question: str


class DomainName(BaseModel):
    """A business domain (业务领域)."""

    id: str
    name: str


class ItemHead(BaseModel):
    """What a service item is called and whom it is for."""

    id: str = Field(examples=["jz-apply"])
    name: str = Field(examples=["广东省居住证申领"])
    aliases: list[str]
    domain: DomainName
    level: str
    audience: list[str]


class ItemSummary(ItemHead):
    """A service item in a list."""

    department: str


class ItemGuide(ItemHead):
    """The service guide (办事指南) of one item; `gaps` are topics that are known not to be covered."""

    overview: list[Row]
    conditions: list[Row]
    materials: list[MaterialRow]
    steps: list[Row]
    channels: list[Row]
    time_limit: list[Row]
    fee: list[Row]
    result: list[Row]
    validity: list[Row]
    department: list[Row]
    legal_basis: list[Row]
    return_reasons: list[Row]
    notes: list[Row]
    situations: list[SituationQuestion]
    faqs: list[FaqRow]
    gaps: list[str]
    revision: str


class DomainCard(DomainName):
    """A domain with what citizens ask about it: shortcuts for the first screen."""

    aliases: list[str]
    items: int
    examples: list[str] = Field(examples=[["居住证怎么办", "租房合同备案怎么办", "居住证签注怎么办"]])


class ItemList(BaseModel):
    """Service items in the order of the knowledge base."""

    items: list[ItemSummary]
    revision: str


class DomainList(BaseModel):
    """Domains in the order of the knowledge base."""

    domains: list[DomainCard]
    revision: str
