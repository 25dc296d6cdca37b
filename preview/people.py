"""Who is who in a case: applicant, agent, legal representative, company, family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from preview.docs import Doc
from preview.rules import rules
from preview.schema import DocumentType, FieldName, FieldValue, Person
from preview.similar import Likeness, compare_names, compare_numbers, name_key, share

_OWN_NAME = {
    DocumentType.ID_CARD_FRONT,
    DocumentType.HMT_RESIDENCE_PERMIT,
    DocumentType.HK_MACAU_PERMIT,
    DocumentType.RESIDENCE_PERMIT,
}
_ON_ACCOUNT = {DocumentType.SOCIAL_SECURITY_CARD, DocumentType.BANK_CARD, DocumentType.INSURANCE_RECORD}
_SELF_WRITTEN = (DocumentType.APPLICATION_FORM, DocumentType.POWER_OF_ATTORNEY, DocumentType.COMMITMENT_LETTER)
_FAMILY = {DocumentType.HOUSEHOLD_REGISTER, DocumentType.MARRIAGE_CERTIFICATE, DocumentType.BIRTH_CERTIFICATE}


@dataclass(frozen=True)
class Named:
    """A value and the document it stands on."""

    doc: Doc
    field: FieldValue

    @property
    def value(self) -> str:
        """What was read."""
        return self.field.value


@dataclass(frozen=True)
class People:
    """Who is who; empty where it is not known. `agent_used`: somebody else applies for the applicant."""

    applicant: str
    applicant_from: Named | None
    agent: Named | None
    agent_used: bool
    legal_rep: Named | None
    company: Named | None
    family: tuple[str, ...]
    parents: tuple[str, ...]
    cards_are_agents: bool = False
    reps: tuple[Named, ...] = ()  # legal representatives as form and certificate name them, else the licence

    @property
    def applicant_is_company(self) -> bool:
        """Whether a company or other body applies."""
        return rules().is_company(self.applicant)


def resolve(docs: Sequence[Doc], applicant: str | None, *, cards_are_agents: bool = False) -> People:
    """Find out who is who; the applicant is whom the caller names, else the form, else the card that occurs most.

    `cards_are_agents`: the guide asks for an agent's identity card and for nobody else's.
    """
    agent = _first(docs, (DocumentType.POWER_OF_ATTORNEY, DocumentType.APPLICATION_FORM), FieldName.AGENT)
    name, origin = (applicant, _own_card(docs, applicant)) if applicant else _applicant(docs, agent, cards_are_agents)
    by_letter = any(doc.type is DocumentType.POWER_OF_ATTORNEY and _names_agent(doc) for doc in docs)
    by_form = agent is not None and not close(agent.value, name or "")
    family = [*_family(docs)]
    return People(
        applicant=name or "",
        applicant_from=origin,
        agent=agent,
        agent_used=by_letter or by_form,
        legal_rep=_first(
            docs, (DocumentType.BUSINESS_LICENCE, DocumentType.LEGAL_REP_CERTIFICATE), FieldName.LEGAL_REP
        ),
        company=_first(
            docs, (DocumentType.BUSINESS_LICENCE, DocumentType.LEGAL_REP_CERTIFICATE), FieldName.COMPANY_NAME
        ),
        cards_are_agents=cards_are_agents,
        reps=_reps(docs),
        family=tuple(dict.fromkeys(person.name.value for _, person in family)),
        parents=tuple(
            person.name.value
            for doc, person in family
            if doc.type is DocumentType.BIRTH_CERTIFICATE and any(word in person.relation for word in ("父", "母"))
        ),
    )


def _own_card(docs: Sequence[Doc], name: str) -> Named | None:
    """Find the card of somebody whom the caller names."""
    cards = (Named(d, d.subject) for d in docs if d.type in _OWN_NAME and d.subject)
    return next((card for card in cards if compare_names(card.value, name) is Likeness.SAME), None)


def _names_agent(doc: Doc) -> bool:
    """Tell whether a letter lets somebody act; a consent to enquiries about one's means does not."""
    title = doc.part.title
    consents = any(word in title for word in rules().words.enquiry_letters)
    return bool(doc.value(FieldName.AGENT)) or ("委托" in title and not consents)


def same(one: str, other: str) -> bool:
    """Tell whether two names are the same, look-alike characters tolerated."""
    return bool(one) and bool(other) and compare_names(one, other) is not Likeness.DIFFERENT


def close(one: str, other: str) -> bool:
    """Tell whether two names may be one written wrong: one character after the surname, part of a company's."""
    if same(one, other):
        return True
    a, b = name_key(one), name_key(other)
    if not a or not b:
        return False
    if rules().is_company(a) and rules().is_company(b):
        return share(a, b) >= 0.7
    if a[0] != b[0]:  # another surname is another person
        return False
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    return abs(len(a) - len(b)) == 1 and (a.startswith(b) or b.startswith(a) or a[-1] == b[-1])


def is_person(name: str, number: str, other_name: str, other_number: str) -> bool:
    """Tell whether two mentions are of one person: by number, by name, without numbers by nearly the name."""
    if number and other_number:
        return compare_numbers(number, other_number) is not Likeness.DIFFERENT or same(name, other_name)
    return close(name, other_name)


def _applicant(docs: Sequence[Doc], agent: Named | None, cards_are_agents: bool) -> tuple[str | None, Named | None]:
    kinds = _ON_ACCOUNT if cards_are_agents else _OWN_NAME
    cards = [Named(d, d.subject) for d in docs if d.type in kinds and d.subject]
    for kind in _SELF_WRITTEN:
        for doc in docs:
            written = doc.subject if doc.type is kind else None
            if written is None:
                continue
            card = next((c for c in cards if _same_person(doc, written, c)), None)
            return (card.value, card) if card else (written.value, Named(doc, written))
    others = [c for c in cards if agent is None or not same(c.value, agent.value)] or cards
    if not others:
        return None, None
    counts = Counter(c.value for c in others)
    mentioned = Counter({c.value: sum(_names(doc, c.value) for doc in docs) for c in others})
    best = max(others, key=lambda c: (counts[c.value], mentioned[c.value]))
    return best.value, best


def _names(doc: Doc, name: str) -> bool:
    return any(same(found.value, name) for found in doc.names)


def _same_person(doc: Doc, written: FieldValue, card: Named) -> bool:
    return is_person(written.value, doc.value(FieldName.ID_NUMBER), card.value, card.doc.value(FieldName.ID_NUMBER))


def _first(docs: Sequence[Doc], kinds: tuple[DocumentType, ...], name: FieldName) -> Named | None:
    found = [
        (kinds.index(d.type), d.key, Named(d, d.part.fields[name])) for d in docs if d.type in kinds and d.value(name)
    ]
    return min(found, key=lambda entry: entry[:2])[2] if found else None


def _reps(docs: Sequence[Doc]) -> tuple[Named, ...]:
    kinds = (DocumentType.APPLICATION_FORM, DocumentType.LEGAL_REP_CERTIFICATE)
    found = [Named(d, f) for d in docs if d.type in kinds and (f := d.field(FieldName.LEGAL_REP))]
    of_licence = _first(docs, (DocumentType.BUSINESS_LICENCE,), FieldName.LEGAL_REP)
    return tuple(found) or ((of_licence,) if of_licence else ())


def _family(docs: Sequence[Doc]) -> Iterator[tuple[Doc, Person]]:
    for doc in docs:
        if doc.type in _FAMILY:
            yield from ((doc, person) for person in doc.part.persons)
            if doc.subject:
                yield doc, Person(doc.subject)
