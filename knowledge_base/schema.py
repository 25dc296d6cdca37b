"""The records of the knowledge base: service items, facts with provenance, departments, towns, ticket rules.

The elements of a service item follow GB/T 39554.2-2020 (要素要求) as used on 广东政务服务网. Records are
frozen; files are read by `knowledge_base.content`, which names file, line and field of what it refuses.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Text = Annotated[str, Field(min_length=1)]
RecordId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
MaterialId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]  # numbers count the facts
DepartmentId = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]

_OFFICIAL_URL = re.compile(r"^https?://([a-z0-9-]+\.)*gov\.cn(/|$)")


def is_official(url: str) -> bool:
    """Tell whether an address may be shown as an official one (.gov.cn)."""
    return _OFFICIAL_URL.match(url) is not None


class Facet(StrEnum):
    """Which side of a service item a fact speaks of; the order is the order of a service guide."""

    OVERVIEW = "overview"
    CONDITIONS = "conditions"
    MATERIALS = "materials"
    STEPS = "steps"
    CHANNELS = "channels"
    TIME_LIMIT = "time_limit"
    FEE = "fee"
    RESULT = "result"
    VALIDITY = "validity"
    DEPARTMENT = "department"
    LEGAL_BASIS = "legal_basis"
    RETURN_REASONS = "return_reasons"
    NOTES = "notes"


class Grade(StrEnum):
    """How good a source is; a record with several sources takes the weakest."""

    A = "A"  # text of a law, or a government site or department's public reply
    B = "B"  # official content seen in the press or on a portal
    C = "C"  # secondary, seen but not reliable
    N = "N"  # general knowledge of the rules, text not seen
    X = "X"  # inferred from other facts or proposed by this project


class Necessity(StrEnum):
    """Whether a material must be there: 必要 / 视情形 / 容缺 / 非必要."""

    REQUIRED = "required"
    CONDITIONAL = "conditional"
    DEFERRABLE = "deferrable"
    OPTIONAL = "optional"


class ELicence(StrEnum):
    """Whether an electronic licence may stand in for the paper."""

    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    NOT_ACCEPTED = "not_accepted"


class Record(BaseModel):
    """Base of all records: frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Sourced(Record):
    """A record with provenance."""

    source: Text
    url: str | None = None
    grade: Grade
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    @property
    def verified(self) -> bool:
        """Whether the source was seen and is official or carries official text (grade A or B)."""
        return self.grade in (Grade.A, Grade.B)

    def in_force(self, on: dt.date) -> bool:
        """Tell whether the record holds on the given day; an open end holds for ever."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    @field_validator("url")
    @classmethod
    def _only_official_addresses(cls, url: str | None) -> str | None:
        if url is not None and not is_official(url):
            raise ValueError(f"{url!r} is not an official address (.gov.cn)")
        return url

    @model_validator(mode="after")
    def _span_runs_forward(self) -> Sourced:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}")
        return self


class Fact(Sourced):
    """One statement of a service guide, as shown to citizens, with the questions it answers."""

    facet: Facet
    text: Text
    asks: tuple[Text, ...] = ()


class DocumentHolder(StrEnum):
    """Whose paper a material calls for."""

    APPLICANT = "applicant"
    SPOUSE = "spouse"
    PARENTS = "parents"  # father or mother; `count: 2` for both
    CHILD = "child"
    FAMILY = "family"  # anybody of the household
    AGENT = "agent"
    LEGAL_REP = "legal_rep"
    COMPANY = "company"
    PARTIES = "parties"  # both sides of a contract or transfer; `count: 2`
    OWNER = "owner"  # whoever owns or lets the premises
    DECEASED = "deceased"
    ANYONE = "anyone"


class DocumentAsked(StrEnum):
    """When a paper is asked for."""

    ALWAYS = "always"
    WITH_AGENT = "with_agent"  # only when somebody else applies for the applicant
    NEVER = "never"  # it serves the material when it is handed in, but nobody is asked for it


class DocumentNeed(Record):
    """One paper that a material calls for: any one of the document types will do.

    `any_of` holds the document types of pre-review; `id_card` stands for both sides of an identity card. A paper of
    type `other` is known by `titles`: words of its title. `expired_ok`: the item is about renewing this very paper.
    """

    any_of: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], ...], Field(min_length=1)]
    holder: DocumentHolder = DocumentHolder.APPLICANT
    titles: tuple[Text, ...] = ()
    count: int = Field(default=1, ge=1, le=5)
    expired_ok: bool = False
    asked: DocumentAsked = DocumentAsked.ALWAYS

    @model_validator(mode="after")
    def _other_papers_have_titles(self) -> DocumentNeed:
        if "other" in self.any_of and not self.titles:
            raise ValueError("a need for an `other` paper names words of its title")
        return self


class Material(Sourced):
    """One row of the materials list (申请材料).

    `documents` are the papers that make it up, all of them; `paper: false` says that nothing is handed in, because
    it is entered, taken on the spot, paid or shared between departments.
    """

    id: MaterialId
    name: Text
    form: str = ""
    when: str = ""
    copies: int | None = Field(default=None, ge=1, le=20)
    necessity: Necessity = Necessity.REQUIRED
    e_licence: ELicence = ELicence.UNKNOWN
    acceptance_points: tuple[Text, ...] = ()
    documents: tuple[DocumentNeed, ...] = ()
    paper: bool = True


class Faq(Sourced):
    """A question with its reviewed (or not yet reviewed) answer."""

    q: Text
    similar: tuple[Text, ...] = ()
    negative: tuple[Text, ...] = ()
    a: Text
    facet: Facet = Facet.OVERVIEW
    reviewed_by: str | None = None
    reviewed_at: dt.date | None = None


class SituationOption(Record):
    """One answer to a situation question and what it changes."""

    id: RecordId
    label: Text
    aliases: tuple[Text, ...] = ()
    materials: tuple[RecordId, ...] = ()
    effect: str = ""


class Situation(Record):
    """A question (情形) whose answer changes materials or conditions."""

    id: RecordId
    question: Text
    facets: tuple[Facet, ...] = ()
    options: Annotated[tuple[SituationOption, ...], Field(min_length=2)]


class Gap(Record):
    """Something citizens ask that this knowledge base is known not to hold; it is said openly."""

    topic: Text
    asks: Annotated[tuple[Text, ...], Field(min_length=1)]


class NegativeQuestion(Record):
    """A question that looks like this item but belongs elsewhere; it vetoes the match."""

    q: Text
    item: RecordId | None = None


class DepartmentRef(Record):
    """The departments of an item: ids for dispatch, wording for citizens."""

    ids: Annotated[tuple[DepartmentId, ...], Field(min_length=1)]
    text: Text
    asks: tuple[Text, ...] = ()


class ServiceItem(Record):
    """A service item (事项) with its guide."""

    id: RecordId
    name: Text
    aliases: tuple[Text, ...] = ()
    department: DepartmentRef
    level: Text
    audience: Annotated[tuple[Text, ...], Field(min_length=1)]
    plain: Text
    phrasings: Annotated[tuple[Text, ...], Field(min_length=3)]
    negative: tuple[NegativeQuestion, ...] = ()
    facts: Annotated[tuple[Fact, ...], Field(min_length=1)]
    material_asks: tuple[Text, ...] = ()
    materials: tuple[Material, ...] = ()
    situations: tuple[Situation, ...] = ()
    faqs: tuple[Faq, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @model_validator(mode="after")
    def _situations_name_known_materials(self) -> ServiceItem:
        known = {m.id for m in self.materials}
        if len(known) != len(self.materials):
            raise ValueError("two materials share an id")
        for situation in self.situations:
            for option in situation.options:
                for material in option.materials:
                    if material not in known:
                        raise ValueError(f"situation {situation.id}: no material {material!r} in this item")
        return self


class Domain(Record):
    """A business domain (业务领域); each has an index of its own."""

    id: RecordId
    name: Text
    aliases: tuple[Text, ...] = ()


class DomainFile(Record):
    """One file of `content/items/`."""

    domain: Domain
    items: Annotated[tuple[ServiceItem, ...], Field(min_length=1)]


class PolicyNote(Sourced):
    """A rule that holds across items (通则)."""

    id: RecordId
    topic: Text
    text: Text
    asks: tuple[Text, ...] = ()


class Ambiguity(Record):
    """A bare word citizens use for several items, and the question that tells them apart."""

    terms: Annotated[tuple[Text, ...], Field(min_length=1)]
    question: Text
    items: Annotated[tuple[RecordId, ...], Field(min_length=2)]
    unless: tuple[Text, ...] = ()


class Duty(Record):
    """One line of a department's duties; `supported` says a source was seen, else it is inferred."""

    text: Text
    supported: bool


class Department(Sourced):
    """A department that handles items and tickets."""

    id: DepartmentId
    name: Text
    aliases: tuple[Text, ...] = ()
    duties: Annotated[tuple[Duty, ...], Field(min_length=1)]
    co: tuple[Text, ...] = ()
    sub: tuple[Text, ...] = ()


class Town(Sourced):
    """A town, subdistrict or zone (镇街、园区) with the names that lead to it."""

    code: Annotated[str, Field(pattern=r"^(441900\d{3})?$", description="division code; empty: has none")]
    name: Text
    short: Text
    kind: Text
    aliases: tuple[Text, ...] = ()
    villages: tuple[Text, ...] = ()
    note: str = ""


class AppealCategory(Sourced):
    """A class of hotline appeals (诉求分类), second level, with who leads and who assists."""

    code: Annotated[str, Field(pattern=r"^\d{4}$")]
    name: Text
    parent: Text
    topics: tuple[Text, ...] = ()
    lead: Text
    co: tuple[Text, ...] = ()


class TicketRuleKind(StrEnum):
    """What a ticket rule is about."""

    CHANNEL = "channel"
    TIME_LIMIT = "time_limit"
    REPEAT = "repeat"
    ACCEPTANCE = "acceptance"
    URGENCY = "urgency"
    WEAK_SIGNAL = "weak_signal"
    DISPATCH = "dispatch"


class TicketRule(Sourced):
    """A rule of the 12345 hotline: a limit, an urgency level, a weak signal, a dispatch habit."""

    id: RecordId
    kind: TicketRuleKind
    name: Text
    text: Text
    triggers: tuple[Text, ...] = ()
    working_days: int | None = Field(default=None, ge=1)
