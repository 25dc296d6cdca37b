"""What simpler systems make of ticket cases: a keyword rule, and TF-IDF with a linear model without calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from assistant.tickets.duties import Duties
from assistant.tickets.exemplars import phrases, shipped_tickets
from assistant.tickets.wording import Wording
from eval.metrics import Rate
from eval.ticket_cases import TicketCase
from knowledge_base.content import KnowledgeBase, load_content

Guess = Callable[[str], str]
"""From a text to the code of a category."""


def standings(cases: Sequence[TicketCase]) -> str:
    """Run the baselines on cases; gives a line each with category and department accuracy."""
    kb = load_content()
    duties, wording = Duties(kb), Wording(kb.towns)
    lines = []
    for name, guess in {"关键词规则": keyword_rule(kb), "TF-IDF 加线性模型": tfidf_linear(wording)}.items():
        category = department = 0
        for case in cases:
            code = guess(wording.read(case.text))
            category += code in {case.expect.category, *case.expect.acceptable_categories}
            department += duties.lead(code) in case.expect.departments
        n = len(cases)
        lines.append(f"{name}：二级分类 {Rate(category, n)}，主办单位 {Rate(department, n)}")
    return "\n".join(lines)


def keyword_rule(kb: KnowledgeBase) -> Guess:
    """Guess the class of which most phrases stand in the text, longer ones counting more; else 办事咨询."""
    by_class: dict[str, set[str]] = {}
    for example in phrases(kb):
        if len(example.text) <= 6:
            by_class.setdefault(example.label, set()).add(example.text)

    def guess(text: str) -> str:
        scores: Mapping[str, int] = {
            code: sum(len(word) for word in words if word in text) for code, words in by_class.items()
        }
        best = max(scores, key=lambda code: scores[code])
        return best if scores[best] else "1601"

    return guess


def tfidf_linear(wording: Wording) -> Guess:
    """Fit a linear support-vector model over words of the invented tickets, as a first attempt would be."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    examples = shipped_tickets()
    model = make_pipeline(TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None), LinearSVC())
    model.fit([wording.read(example.text) for example in examples], [example.label for example in examples])
    return lambda text: str(model.predict([text])[0])
