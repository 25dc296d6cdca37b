"""Grounding: what an answer states stands in the quotes it cites, and the quotes are of the right item."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.grading import Statement, statements
from eval.enquiries import Verdict
from eval.matching import missing_groups
from eval.metrics import Figure, Rate
from eval.suite import Miss, Suite
from eval.suites.enquiries import cases


def stated(verdict: Verdict) -> list[Statement]:
    """Check every literal fact of the answer against the quotes of its sentence."""
    prediction = verdict.prediction
    quotes = {c["token"]: f"{c['item_name']}：{c['quote']}" for c in prediction.citations}
    return statements([(s["text"], s["citations"]) for s in prediction.sentences], quotes)


def figures(verdicts: Sequence[Verdict]) -> dict[str, Figure]:
    """Facts without support, of all facts stated; and how well answers cite, against the items expected.

    `citation_precision`: of the items cited, those expected; `citation_recall`: answers citing an expected item;
    `facts_quoted`: expected facts that the answer states and its quotes hold.
    """
    answered = [v for v in verdicts if v.prediction.status == "answered"]
    checked = [stated(v) for v in answered]
    facts = [statement for row in checked for statement in row]
    known = [v for v in answered if v.case.expect.items]
    cited = [(v, {c["item_id"] for c in v.prediction.citations}) for v in known]
    groups = [(v, g) for v in known for g in v.case.expect.facts if not missing_groups(v.prediction.text, [g])]
    quoted = [not missing_groups("\n".join(c["quote"] for c in v.prediction.citations), [g]) for v, g in groups]
    return {
        "unsupported_facts": Rate(sum(not s.supported for s in facts), len(facts)),
        "answers_with_unsupported": Rate(sum(any(not s.supported for s in row) for row in checked), len(answered)),
        "citation_precision": Rate(
            sum(len(items & set(v.case.expect.items)) for v, items in cited), sum(len(items) for _, items in cited)
        ),
        "citation_recall": Rate(sum(bool(items & set(v.case.expect.items)) for v, items in cited), len(cited)),
        "facts_quoted": Rate(sum(quoted), len(quoted)),
    }


def wrong(verdicts: Sequence[Verdict]) -> list[Miss]:
    """The answers that state something their quotes do not."""
    found = []
    for v in verdicts:
        loose = [s for s in stated(v) if not s.supported] if v.prediction.status == "answered" else []
        if loose:
            why = "；".join(f"「{s.literal}」不在所引原文里（{s.sentence}）" for s in loose)
            found.append(Miss(v.case, v.prediction, why))
    return found


SUITE = Suite("grounding", cases, figures, wrong)
