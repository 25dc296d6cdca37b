"""What pre-review speaks of: files, pages, documents, fields, findings, report. No logic lives here.

The JSON of a report (`preview.report.report_json`) is a contract: names of types, codes and fields are fixed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the upright page image."""

Quad = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
"""The corners of a text line in pixels of the upright page image: top left, top right, bottom right, bottom left."""

FOREVER = dt.date(9999, 12, 31)
"""How 「长期」 is written as a date."""


class DocumentType(StrEnum):
    """What a document is."""

    ID_CARD_FRONT = "id_card_front"  # the side with name and number (人像面)
    ID_CARD_BACK = "id_card_back"  # the side with issuer and validity (国徽面)
    HK_MACAU_PERMIT = "hk_macau_permit"  # 港澳居民来往内地通行证
    HMT_RESIDENCE_PERMIT = "hmt_residence_permit"  # 港澳台居民居住证
    RESIDENCE_PERMIT = "residence_permit"  # 居住证
    HOUSEHOLD_REGISTER = "household_register"
    MARRIAGE_CERTIFICATE = "marriage_certificate"
    BIRTH_CERTIFICATE = "birth_certificate"
    BUSINESS_LICENCE = "business_licence"
    PROPERTY_CERTIFICATE = "property_certificate"
    LEASE_CONTRACT = "lease_contract"
    SOCIAL_SECURITY_CARD = "social_security_card"
    BANK_CARD = "bank_card"
    DRIVING_LICENCE = "driving_licence"
    VEHICLE_LICENCE = "vehicle_licence"
    DIPLOMA = "diploma"
    LABOUR_CONTRACT = "labour_contract"
    INSURANCE_RECORD = "insurance_record"
    APPLICATION_FORM = "application_form"
    POWER_OF_ATTORNEY = "power_of_attorney"
    COMMITMENT_LETTER = "commitment_letter"
    LEGAL_REP_CERTIFICATE = "legal_rep_certificate"
    OTHER = "other"


class FieldName(StrEnum):
    """What is read off documents. Dates are written YYYY-MM-DD, 「长期」 as 9999-12-31."""

    NAME = "name"
    SEX = "sex"
    NATIONALITY = "nationality"
    BIRTH = "birth"
    ADDRESS = "address"
    ID_NUMBER = "id_number"
    ISSUER = "issuer"
    VALID_FROM = "valid_from"
    VALID_TO = "valid_to"
    COMPANY_NAME = "company_name"
    USCC = "uscc"
    LEGAL_REP = "legal_rep"
    COMPANY_TYPE = "company_type"
    CAPITAL = "capital"
    BUSINESS_SCOPE = "business_scope"
    FOUNDED_ON = "founded_on"
    ISSUED_ON = "issued_on"
    HOLDER = "holder"
    CO_OWNER = "co_owner"
    CERTIFICATE_NO = "certificate_no"
    PROPERTY_NO = "property_no"
    USAGE = "usage"
    AREA = "area"
    LESSOR = "lessor"
    LESSEE = "lessee"
    RENT = "rent"
    START_ON = "start_on"
    END_ON = "end_on"
    PHONE = "phone"
    BANK_NO = "bank_no"
    APPLICANT = "applicant"
    AGENT = "agent"
    ITEM_NAME = "item_name"
    SIGNED_BY = "signed_by"
    SIGNED_ON = "signed_on"
    SEAL_TEXT = "seal_text"


class FindingCode(StrEnum):
    """What can be wrong with a set of materials."""

    MISSING_MATERIAL = "missing_material"
    EXTRA_MATERIAL = "extra_material"
    WRONG_MATERIAL = "wrong_material"
    SIDE_MISSING = "side_missing"
    UNREADABLE = "unreadable"
    CROPPED = "cropped"
    EXPIRED = "expired"
    EXPIRING_SOON = "expiring_soon"
    ID_CHECKSUM = "id_checksum"
    USCC_CHECKSUM = "uscc_checksum"
    BIRTH_MISMATCH = "birth_mismatch"
    NAME_MISMATCH = "name_mismatch"
    NUMBER_MISMATCH = "number_mismatch"
    ADDRESS_MISMATCH = "address_mismatch"
    LEGAL_REP_MISMATCH = "legal_rep_mismatch"
    OTHER_PERSON = "other_person"
    AGENT_ID_MISSING = "agent_id_missing"
    FIELD_BLANK = "field_blank"
    NOT_SIGNED = "not_signed"
    NOT_DATED = "not_dated"
    NOT_SEALED = "not_sealed"
    PERIOD_TOO_SHORT = "period_too_short"
    DUPLICATE_FILE = "duplicate_file"
    DATE_ORDER = "date_order"
    NEEDS_PERSON = "needs_person"


class Severity(StrEnum):
    """What a finding means for acceptance: 阻断 / 容缺 / 提示."""

    BLOCK = "block"
    DEFER = "defer"
    HINT = "hint"


class Presence(StrEnum):
    """How a material of the guide stands: 齐 / 缺 / 免提交 / 可容缺 / 多余."""

    PRESENT = "present"
    MISSING = "missing"
    EXEMPT = "exempt"
    DEFERRABLE = "deferrable"
    EXTRA = "extra"


class Disposition(StrEnum):
    """The five lawful outcomes of 行政许可法 第三十二条; here always advice, an officer decides."""

    NO_PERMIT_NEEDED = "no_permit_needed"
    NOT_THIS_BODY = "not_this_body"
    FIX_ON_SPOT = "fix_on_spot"
    SUPPLEMENT_ONCE = "supplement_once"
    ACCEPT = "accept"


@dataclass(frozen=True)
class Upload:
    """A file as it was handed in. `file_id` is unique within a case."""

    file_id: str
    name: str
    data: bytes


@dataclass(frozen=True)
class TextLine:
    """A line of text on a page; `score` is the recogniser's mean character probability, 1.0 for a PDF's own text.

    `readings`: how many independent readings gave this text, the colour picture and its red channel for instance.
    """

    text: str
    score: float
    quad: Quad
    readings: int = 1

    @property
    def box(self) -> Box:
        """The upright rectangle around the line."""
        xs, ys = [x for x, _ in self.quad], [y for _, y in self.quad]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True)
class Seal:
    """A red seal; `text` is empty where it cannot be read, and only fuzzy evidence where it can."""

    box: Box
    text: str = ""
    score: float = 0.0


class QualityProblem(StrEnum):
    """Why a page may have to be taken again; prompts/preview.yaml holds the wording."""

    BLURRED = "blurred"
    GLARE = "glare"
    DARK = "dark"
    CUT_OFF = "cut_off"
    LOW_RESOLUTION = "low_resolution"
    SCREEN_PHOTO = "screen_photo"
    BLANK = "blank"
    NO_TEXT = "no_text"
    OCR_FAILED = "ocr_failed"


@dataclass(frozen=True)
class Quality:
    """Measured legibility of a page. `sharpness` below 0.1 is unreadable; `brightness` 0-255 is the mean grey."""

    sharpness: float = 1.0
    brightness: float = 255.0
    glare_share: float = 0.0
    skew_deg: float = 0.0
    problems: tuple[QualityProblem, ...] = ()
    readable: bool = True
    is_copy: bool = False  # a black-and-white copy: no seal can be seen on it
    glare_boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Page:
    """One page, turned upright: `angle` (0, 90, 180, 270) and `warped` tell what was done to the upload.

    `image` is the file name of the upright page (JPEG) within the case folder; empty when it was not kept.
    """

    page_no: int
    width: int
    height: int
    lines: tuple[TextLine, ...] = ()
    seals: tuple[Seal, ...] = ()
    quality: Quality = Quality()
    angle: int = 0
    warped: bool = False
    image: str = ""
    digest: str = ""  # perceptual hash, hex; equal or near for the same page twice
    portraits: tuple[Box, ...] = ()
    form_cells: tuple[Box, ...] = ()  # the cells of ruled tables, row by row
    ink_boxes: tuple[Box, ...] = ()  # strokes that are no printed text: candidates for signatures


class IntakeProblem(StrEnum):
    """Why a file could not be used; prompts/preview.yaml holds the wording and the way out."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FILES = "too_many_files"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    UNSUPPORTED = "unsupported"
    ARCHIVE = "archive"
    OLD_WORD = "old_word"
    HEIC_UNAVAILABLE = "heic_unavailable"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"


@dataclass(frozen=True)
class FilePages:
    """A file after intake and OCR. `problem` set: no page could be used."""

    file_id: str
    name: str
    sha256: str
    media_type: str
    pages: tuple[Page, ...] = ()
    problem: IntakeProblem | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldValue:
    """A value read off a page. `raw` is what stood there; `repaired` tells that a checksum proved a correction."""

    value: str
    confidence: float
    page: int
    box: Box | None = None
    raw: str = ""
    repaired: bool = False
    edited: bool = False  # a clerk wrote this value
    readings: int = 1  # how many independent readings agreed


@dataclass(frozen=True)
class Part:
    """One document within a file: whole pages or a region of one page.

    `blanks` are labels of a form whose value is empty; `signature_places` say where a signature, date or seal
    belongs and whether one is there.
    """

    document_type: DocumentType
    confidence: float
    pages: tuple[int, ...]
    region: Box | None = None
    title: str = ""
    fields: dict[FieldName, FieldValue] = field(default_factory=dict)
    labelled: dict[str, FieldValue] = field(default_factory=dict)  # every label of a form with what stands beside it
    blanks: tuple[Blank, ...] = ()
    signature_places: tuple[SignaturePlace, ...] = ()
    sealed: bool | None = None  # None: cannot be told, a black-and-white copy for instance
    persons: tuple[Person, ...] = ()  # all persons of a document that names several (household register, marriage)


@dataclass(frozen=True)
class Blank:
    """A label of a form with nothing written beside it."""

    label: str
    page: int
    box: Box


class PlaceKind(StrEnum):
    """What belongs at a place of a form, letter or contract."""

    SIGNATURE = "signature"
    DATE = "date"
    SEAL = "seal"


@dataclass(frozen=True)
class SignaturePlace:
    """Where somebody has to sign, date or seal. `filled` None: cannot be told."""

    kind: PlaceKind
    label: str
    page: int
    box: Box
    filled: bool | None


@dataclass(frozen=True)
class Person:
    """A person named on a document together with others."""

    name: FieldValue
    id_number: FieldValue | None = None
    relation: str = ""


@dataclass(frozen=True)
class FileReading:
    """Everything read off one file; what the checks work on. Serialised between reading and checking."""

    file: FilePages
    parts: tuple[Part, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Evidence:
    """Where something was seen."""

    file_id: str
    page: int
    box: Box | None = None


@dataclass(frozen=True)
class Finding:
    """One defect or doubt. `evidence` holds further places, the other side of a mismatch for instance."""

    code: FindingCode
    severity: Severity
    message: str
    how_to_fix: str
    basis: str
    confidence: float
    material_id: str | None = None
    file_id: str | None = None
    page: int | None = None
    box: Box | None = None
    expected: str = ""
    found: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class MaterialState:
    """A material of the guide and the files that serve it."""

    material_id: str
    name: str
    presence: Presence
    file_ids: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Request:
    """What is to be checked. `situation`: situation id (or the `when` wording) → option id; some may be unanswered.

    `applicant`: the applicant's name where it is known.
    """

    item_id: str
    situation: dict[str, str] = field(default_factory=dict)
    as_of: dt.date = field(default_factory=dt.date.today)
    applicant: str | None = None


@dataclass(frozen=True)
class Report:
    """The result of a pre-review; advice, never a decision."""

    preview_id: str
    request: Request
    kb_revision: str
    readings: tuple[FileReading, ...]
    file_materials: dict[str, tuple[str, ...]]  # file_id → material ids it serves
    materials: tuple[MaterialState, ...]
    findings: tuple[Finding, ...]
    disposition: Disposition
    notice_text: str
    citizen_text: str
    needs_human: tuple[str, ...] = ()
    open_situations: tuple[str, ...] = ()  # situations that change the materials and are not answered yet
