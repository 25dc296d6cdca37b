"""From a paper to its pages: the template of each document type."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from eval.papers import cards, certificates, contracts, forms, letters, licences, others, service_cards
from eval.papers.canvas import Sheet, stacked
from eval.papers.paper import Paper
from preview.schema import DocumentType as T

Template = Callable[[Paper, Random], Sheet]

DESIGNS = 3
"""Layout variants of every type; `eval.papers.cases` gives each split its own two."""

TEMPLATES: dict[T, tuple[Template, ...]] = {
    T.ID_CARD_FRONT: (cards.id_front,),
    T.ID_CARD_BACK: (cards.id_back,),
    T.HK_MACAU_PERMIT: (cards.hk_macau_permit,),
    T.HMT_RESIDENCE_PERMIT: (cards.hmt_front, cards.hmt_back),
    T.RESIDENCE_PERMIT: (cards.residence_front, cards.residence_back),
    T.HOUSEHOLD_REGISTER: (certificates.household_home, certificates.household_person),
    T.MARRIAGE_CERTIFICATE: (certificates.marriage_certificate,),
    T.BIRTH_CERTIFICATE: (certificates.birth_certificate,),
    T.BUSINESS_LICENCE: (licences.business_licence,),
    T.PROPERTY_CERTIFICATE: (licences.property_certificate,),
    T.LEASE_CONTRACT: (contracts.lease_contract,),
    T.SOCIAL_SECURITY_CARD: (service_cards.social_security_card,),
    T.BANK_CARD: (service_cards.bank_card,),
    T.DRIVING_LICENCE: (service_cards.driving_licence,),
    T.VEHICLE_LICENCE: (service_cards.vehicle_licence,),
    T.DIPLOMA: (certificates.diploma,),
    T.LABOUR_CONTRACT: (contracts.labour_contract,),
    T.INSURANCE_RECORD: (letters.insurance_record,),
    T.APPLICATION_FORM: (forms.application_form,),
    T.POWER_OF_ATTORNEY: (letters.power_of_attorney,),
    T.COMMITMENT_LETTER: (letters.commitment_letter,),
    T.LEGAL_REP_CERTIFICATE: (letters.legal_rep_certificate,),
    T.OTHER: (others.other,),
}
"""The pages of each type; where there are two they are the two sides, or home page and person page."""

ON_ONE_PAGE = {T.HMT_RESIDENCE_PERMIT, T.RESIDENCE_PERMIT}
"""Cards handed in as a copy of both sides on one page."""


def draw(paper: Paper, rng: Random) -> list[Sheet]:
    """Draw a paper: its pages in order. Both sides of a permit come on one page, further parts as further pages."""
    sheets = [template(paper, rng) for template in TEMPLATES[paper.kind]]
    for part in paper.parts:
        sheets.append(TEMPLATES[paper.kind][-1](part, rng))
    return [stacked(sheets)] if paper.kind in ON_ONE_PAGE else sheets
