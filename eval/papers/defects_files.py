"""Defects of whole files: left out, too many, wrong, unreadable, cut, twice, of somebody else."""

from __future__ import annotations

import itertools

from eval.papers import deals as d
from eval.papers import makers as m
from eval.papers.draft import CARD_SIDES, Draft, Handed
from eval.papers.paper import Paper
from preview.schema import DocumentType as T
from preview.schema import FindingCode as C


def missing_material(draft: Draft) -> bool:
    """Leave out all papers of a material that must be there."""
    free = [s for s in draft.supplies if s.must and not s.agent_id and _all_free(draft, s.material)]
    if not free or len(draft.supplies) < 2:
        return False
    chosen = draft.rng.choice(free)
    draft.files = [h for h in draft.files if h.material != chosen.material]
    draft.expect(C.MISSING_MATERIAL, chosen.material)
    return True


def missing_part(draft: Draft) -> bool:
    """Leave out one document of a material that asks for several, the household register beside the card say."""
    for supply in draft.supplies:
        files = draft.of_material(supply.material)
        kinds = {h.kind for h in files}
        odd = [
            h
            for h in files
            if h.kind not in CARD_SIDES and sum(o.kind is h.kind for o in files) == 1 and not h.planted
        ]
        if supply.must and len(kinds - {T.ID_CARD_BACK}) > 1 and odd:
            gone = draft.rng.choice(odd)
            draft.files.remove(gone)
            draft.expect(C.MISSING_MATERIAL, supply.material)
            for left in draft.of_material(supply.material):
                left.planted = True
            return True
    return False


def agent_id_missing(draft: Draft) -> bool:
    """Leave out the agent's identity card where an agent applies."""
    for supply in draft.supplies:
        if supply.agent_id and _all_free(draft, supply.material):
            draft.files = [h for h in draft.files if h.material != supply.material]
            draft.expect(C.AGENT_ID_MISSING, supply.material, (C.MISSING_MATERIAL, supply.material))
            draft.tolerate(supply.material, C.MISSING_MATERIAL, C.AGENT_ID_MISSING)
            return True
    return False


def extra_material(draft: Draft) -> bool:
    """Hand in a paper that the item does not ask for."""
    cast = draft.cast
    who = getattr(cast, draft.recipe.applicant)
    offers = (m.vehicle_licence(cast, who), m.driving_licence(cast, who), d.diploma(cast, who))
    used = {h.kind for h in draft.files}
    fitting = [
        p for p in offers if p.kind not in used and not draft.recipe.item.startswith(("jt-", "hz-talent", "rs-"))
    ]
    if not fitting:
        return False
    handed = _new(draft, [draft.rng.choice(fitting)], "")
    draft.expect(C.EXTRA_MATERIAL, handed, (C.WRONG_MATERIAL, handed))
    draft.tolerate(handed, C.EXPIRED, C.EXPIRING_SOON)
    return True


def wrong_material(draft: Draft) -> bool:
    """Hand in something else in place of a paper: an advert, or a licence for a car."""
    free = [
        s for s in draft.supplies
        if s.must and not s.agent_id and _all_free(draft, s.material) and s.papers[0].kind is not T.OTHER
    ]  # fmt: skip
    if not free:
        return False
    chosen = draft.rng.choice(free)
    who = getattr(draft.cast, draft.recipe.applicant)
    instead = (
        m.vehicle_licence(draft.cast, who)
        if draft.rng.random() < 0.5 and not draft.recipe.item.startswith("jt-")
        else d.other(draft.cast, "开业大酬宾", "全场八折\n满一百减二十\n仅限三天", shape="advert")
    )
    draft.files = [h for h in draft.files if h.material != chosen.material]
    handed = _new(draft, [instead], "")
    draft.expect(C.MISSING_MATERIAL, chosen.material, (C.WRONG_MATERIAL, chosen.material), (C.WRONG_MATERIAL, handed))
    draft.expect(C.EXTRA_MATERIAL, handed, (C.WRONG_MATERIAL, handed), (C.WRONG_MATERIAL, chosen.material))
    draft.tolerate(handed, C.WRONG_MATERIAL, C.EXTRA_MATERIAL, C.NEEDS_PERSON)
    return True


def side_missing(draft: Draft) -> bool:
    """Leave out one side of an identity card that was taken as two pictures."""
    cards = [h for h in draft.of_kind(*CARD_SIDES) if len(h.papers) == 1]
    pairs = [(a, b) for a, b in itertools.pairwise(cards) if a.kind is not b.kind and a.material == b.material]
    pairs = [(a, b) for a, b in pairs if a.kind is T.ID_CARD_FRONT]
    if not pairs:
        return False
    front, back = draft.rng.choice(pairs)
    gone, left = (back, front) if draft.rng.random() < 0.7 else (front, back)
    draft.files.remove(gone)
    left.planted = True
    draft.expect(C.SIDE_MISSING, left, (C.SIDE_MISSING, left.material))
    return True


def unreadable(draft: Draft) -> bool:
    """Put a file so far out of focus that nobody can read it."""
    free = [h for h in draft.untouched() if h.kind is not T.OTHER and not h.like]
    if not free:
        return False
    handed = draft.rng.choice(free)
    handed.damage, handed.planted = ("unreadable",), True
    draft.expect(C.UNREADABLE, handed)
    _tolerate_loss(draft, handed)
    return True


def cropped(draft: Draft) -> bool:
    """Take a picture that leaves a third of the page out."""
    free = [h for h in draft.untouched() if h.kind is not T.OTHER and not h.like and not h.stacked]
    if not free:
        return False
    handed = draft.rng.choice(free)
    handed.damage, handed.planted = ("cropped",), True
    draft.expect(C.CROPPED, handed, (C.UNREADABLE, handed))
    _tolerate_loss(draft, handed)
    draft.tolerate(
        handed, C.UNREADABLE, C.FIELD_BLANK, C.NOT_SEALED, C.NOT_SIGNED, C.NOT_DATED, C.NAME_MISMATCH,
        C.NUMBER_MISMATCH, C.ADDRESS_MISMATCH, C.LEGAL_REP_MISMATCH, C.EXTRA_MATERIAL, C.WRONG_MATERIAL,
    )  # fmt: skip
    return True


def duplicate_file(draft: Draft) -> bool:
    """Hand in the same picture twice."""
    free = [h for h in draft.untouched() if h.kind is not T.OTHER]
    if not free:
        return False
    first = draft.rng.choice(free)
    second = _new(draft, first.papers, first.material)
    second.like, second.stacked = first, first.stacked
    first.planted = True
    draft.expect(C.DUPLICATE_FILE, second, (C.DUPLICATE_FILE, first))
    draft.tolerate(second, C.EXTRA_MATERIAL, C.DUPLICATE_FILE)
    draft.tolerate(first, C.EXTRA_MATERIAL, C.DUPLICATE_FILE)
    return True


def other_person(draft: Draft) -> bool:
    """Hand in a paper of a stranger where all papers have to be of one person."""
    if draft.recipe.family or not draft.of_kind(T.ID_CARD_FRONT, T.APPLICATION_FORM):
        return False
    kinds = (
        T.SOCIAL_SECURITY_CARD,
        T.INSURANCE_RECORD,
        T.DIPLOMA,
        T.LABOUR_CONTRACT,
        T.RESIDENCE_PERMIT,
        T.HOUSEHOLD_REGISTER,
    )
    free = draft.of_kind(*kinds)
    witnesses = [h for h in draft.files if h.kind in (T.ID_CARD_FRONT, T.APPLICATION_FORM)]
    if not free or not witnesses:
        return False
    handed = draft.rng.choice(free)
    cast, stranger = draft.cast, draft.cast.stranger
    title = handed.papers[0].title
    handed.papers = [
        {
            T.SOCIAL_SECURITY_CARD: lambda: m.social_card(cast, stranger),
            T.INSURANCE_RECORD: lambda: d.insurance(cast, stranger, title),
            T.DIPLOMA: lambda: d.diploma(cast, stranger),
            T.LABOUR_CONTRACT: lambda: d.labour(cast, stranger),
            T.RESIDENCE_PERMIT: lambda: m.residence_permit(cast, stranger),
            T.HOUSEHOLD_REGISTER: lambda: m.household(cast, stranger),
        }[handed.kind]()
    ]
    handed.planted = True
    for witness in witnesses:
        witness.planted = True
    draft.expect(C.OTHER_PERSON, handed)
    for place in (handed, *witnesses):
        draft.tolerate(
            place, C.OTHER_PERSON, C.NAME_MISMATCH, C.NUMBER_MISMATCH, C.ADDRESS_MISMATCH, C.BIRTH_MISMATCH
        )
    draft.tolerate(handed.material, C.MISSING_MATERIAL)
    return True


def _all_free(draft: Draft, material: str) -> bool:
    files = draft.of_material(material)
    return bool(files) and not any(h.planted or h.like for h in files)


def _new(draft: Draft, papers: list[Paper], material: str) -> Handed:
    handed = Handed(f"x{len(draft.files)}{len(draft.expected)}", list(papers), material, planted=True)
    draft.files.insert(draft.rng.randrange(len(draft.files) + 1), handed)
    return handed


def _tolerate_loss(draft: Draft, handed: Handed) -> None:
    """A page that cannot be read may count as not handed in, wholly or in part."""
    for place in (handed, handed.material):
        draft.tolerate(place, C.MISSING_MATERIAL, C.SIDE_MISSING, C.AGENT_ID_MISSING, C.NEEDS_PERSON)
    draft.tolerate(handed, C.UNREADABLE, C.CROPPED, C.WRONG_MATERIAL, C.EXTRA_MATERIAL)
    for mate in draft.of_material(handed.material):
        draft.tolerate(mate, C.SIDE_MISSING)
