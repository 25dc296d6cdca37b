"""Fields of documents: one module a family, one reader a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from preview.documents import DocumentKind
from preview.fields.cards import read_bank, read_social
from preview.fields.common import Contents
from preview.fields.contracts import read_labour, read_lease
from preview.fields.family import read_birth, read_household, read_marriage
from preview.fields.forms import read_form
from preview.fields.identity import read_id_back, read_id_front, read_permit_card, read_residence
from preview.fields.letters import read_commitment, read_legal_rep, read_power
from preview.fields.licences import read_business, read_diploma, read_driving, read_vehicle
from preview.fields.property import read_property
from preview.fields.records import read_insurance
from preview.schema import DocumentType
from preview.split import Section

READERS: Mapping[DocumentType, Callable[[Section, DocumentKind], Contents]] = {
    DocumentType.ID_CARD_FRONT: read_id_front,
    DocumentType.ID_CARD_BACK: read_id_back,
    DocumentType.HK_MACAU_PERMIT: read_permit_card,
    DocumentType.HMT_RESIDENCE_PERMIT: read_residence,
    DocumentType.RESIDENCE_PERMIT: read_residence,
    DocumentType.HOUSEHOLD_REGISTER: read_household,
    DocumentType.MARRIAGE_CERTIFICATE: read_marriage,
    DocumentType.BIRTH_CERTIFICATE: read_birth,
    DocumentType.BUSINESS_LICENCE: read_business,
    DocumentType.PROPERTY_CERTIFICATE: read_property,
    DocumentType.LEASE_CONTRACT: read_lease,
    DocumentType.SOCIAL_SECURITY_CARD: read_social,
    DocumentType.BANK_CARD: read_bank,
    DocumentType.DRIVING_LICENCE: read_driving,
    DocumentType.VEHICLE_LICENCE: read_vehicle,
    DocumentType.DIPLOMA: read_diploma,
    DocumentType.LABOUR_CONTRACT: read_labour,
    DocumentType.INSURANCE_RECORD: read_insurance,
    DocumentType.APPLICATION_FORM: read_form,
    DocumentType.POWER_OF_ATTORNEY: read_power,
    DocumentType.COMMITMENT_LETTER: read_commitment,
    DocumentType.LEGAL_REP_CERTIFICATE: read_legal_rep,
}

__all__ = ["READERS", "Contents"]
