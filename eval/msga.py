"""Kind and field of real messages to leaders: trained on part of a labelled file, measured on the rest.

The file is given as an argument and nothing of it is kept: its texts are not ours to ship.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.tickets.classify import CATEGORY, KIND, embedded_part
from assistant.tickets.training import Example, Prepared, train
from assistant.tickets.wording import Wording
from eval.case_files import CaseError
from eval.metrics import Rate
from knowledge_base.embedding import E5Embedder, EmbeddingCache

SEED = 1


def measure(path: Path, cache_path: Path, folds: int = 5) -> str:
    """Cross-validate on a file of messages; gives accuracy and macro-F1 of kind and field beside naive Bayes.

    Raises:
        CaseError: a line is not a message with labels.
    """
    examples = _examples(path)
    wording = Wording()
    words = [wording.read(example.text) for example in examples]
    cache = EmbeddingCache(cache_path, E5Embedder())
    try:
        vectors = cache.vectors([embedded_part(text) for text in words])
    finally:
        cache.close()
    fold_of = np.random.default_rng(SEED).permutation(len(examples)) % folds
    ours: dict[str, list[tuple[str, str]]] = {KIND: [], CATEGORY: []}
    plain: dict[str, list[tuple[str, str]]] = {KIND: [], CATEGORY: []}
    for fold in range(folds):
        learn, held = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        taught = Prepared([examples[i] for i in learn], [words[i] for i in learn], vectors[learn])
        learnt = train(taught, "msga", folds=2)
        for i in held:
            read = learnt.model.read(words[i], vectors[i])
            for head, wanted in ((KIND, examples[i].kind), (CATEGORY, examples[i].label)):
                if wanted:
                    ours[head].append((wanted, max(read[head], key=lambda label: read[head][label])))
        for head in plain:
            plain[head] += naive_bayes(
                _labelled(examples, words, learn, head), _labelled(examples, words, held, head)
            )
    lines = [f"{len(examples)} 条，{folds} 折交叉验证"]
    for head, name in ((KIND, "类型"), (CATEGORY, "领域")):
        lines += [f"{name} 本模型      {_told(ours[head])}", f"{name} 朴素贝叶斯  {_told(plain[head])}"]
    return "\n".join(lines)


def naive_bayes(learn: Sequence[tuple[str, str]], held: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Judge texts by naive Bayes over character pairs; rows are `(label, text)`, gives `(wanted, given)`."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB

    pairs = CountVectorizer(analyzer="char", ngram_range=(2, 2), min_df=2)
    model = MultinomialNB().fit(pairs.fit_transform([text for _, text in learn]), [label for label, _ in learn])
    given = model.predict(pairs.transform([text for _, text in held]))
    return [(wanted, str(label)) for (wanted, _), label in zip(held, given, strict=True)]


def _examples(path: Path) -> list[Example]:
    found = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                row: Mapping[str, Any] = json.loads(line)
                label = row["label"]
                found.append(
                    Example(text=row["text"].replace("*", ""), label=label["domain"] or "", kind=label["kind"])
                )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CaseError(f"{path}: {error!r}") from error
    return found


def _labelled(
    examples: Sequence[Example], words: Sequence[str], rows: Sequence[int] | Any, head: str
) -> list[tuple[str, str]]:
    labels = [(examples[i].kind if head == KIND else examples[i].label, words[i]) for i in rows]
    return [(label, text) for label, text in labels if label]


def _told(pairs: Sequence[tuple[str, str]]) -> str:
    from sklearn.metrics import f1_score

    right = Rate(sum(wanted == given for wanted, given in pairs), len(pairs))
    macro = f1_score([wanted for wanted, _ in pairs], [given for _, given in pairs], average="macro")
    return f"准确率 {right}  macro-F1 {macro:.3f}"
