"""BM25 alone: the best passage is the answer, whatever was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.baselines.passages import Passage
from eval.case_files import EnquiryCase
from eval.enquiries import Prediction
from knowledge_base.lexical import LexicalIndex


class TopPassage:
    """Answers with the passage that scores best."""

    def __init__(self, passages: Sequence[Passage], tokens: Callable[[str], Sequence[str]]) -> None:
        self._passages = passages
        self._tokens = tokens
        self._index = LexicalIndex.build([tokens(passage.text) for passage in passages])

    async def ask(self, case: EnquiryCase) -> Prediction:
        """Answer the last message, with the earlier ones of the citizen in front of it."""
        question = " ".join([*(m.content for m in case.history if m.role == "user"), case.question])
        hits = self._index.search(self._tokens(question), 1)
        if not hits:
            return Prediction(case.id, "unanswerable", "", [], "", "bm25", 0.0, {})
        passage = self._passages[hits[0][0]]
        return Prediction(case.id, "answered", passage.text, [passage.item_id], "", "bm25", 1.0, {})
