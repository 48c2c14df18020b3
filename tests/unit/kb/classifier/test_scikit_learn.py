"""Our softmax regression beside that of scikit-learn: the same features, the same messages, as many of them right."""

from functools import partial
from typing import Final

import numpy as np
import pytest

from handlers.model.context import KnowledgeBundle
from kb.classifier.linear_model import fit
from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.model import KnowledgeBase
from kb.text.tokenize import normalize, tokenize

pytestmark = pytest.mark.no_cover

TOLERANCE: Final = 0.04
"""Of all messages: so much may the share of right ones be below that of scikit-learn, which takes minimal loss exactly."""
ENTRIES: Final = 20
QUESTIONS: Final = 20
"""Of each topic and language."""

READER: Final = Featurizer(Lexicon(()))


def split_examples(knowledge: KnowledgeBase) -> tuple[list[tuple[list[str], str]], list[tuple[list[str], str]]]:
    """Questions of some topics: every other one to learn from, the others to be understood."""
    train, test = [], []
    for entry in sorted(knowledge.entries.values(), key=lambda entry: entry.id)[:ENTRIES]:
        texts = [text for questions in entry.questions.values() for text in questions[:QUESTIONS]]
        rows = [(tokenize(normalize(text)), str(entry.id)) for text in texts]
        train += rows[::2]
        test += rows[1::2]
    return train, test


def features_of(tokens: list[str]) -> dict[str, float]:
    """The features of a message at equal length, as scikit-learn takes them."""
    names = {repr(feature) for term in READER.terms(tokens) for feature in READER.features(term)}
    return dict.fromkeys(names, 1 / np.sqrt(len(names) or 1))


def test_as_many_are_right_as_by_logistic_regression_of_scikit_learn(shipped: KnowledgeBundle) -> None:
    extraction = pytest.importorskip("sklearn.feature_extraction")
    linear = pytest.importorskip("sklearn.linear_model")
    train, test = split_examples(shipped.base)
    assert len(test) > 200
    labels = [label for _, label in train]

    ours, _ = fit([tokens for tokens, _ in train], labels, READER)
    best = [
        ours.labels[int(ours.scores(dict.fromkeys(READER.terms(tokens), 1.0), READER).argmax())] for tokens, _ in test
    ]

    vectorizer = extraction.DictVectorizer()
    theirs = linear.LogisticRegression(C=30, max_iter=200, random_state=0)
    theirs.fit(vectorizer.fit_transform([features_of(tokens) for tokens, _ in train]), labels)
    others = theirs.predict(vectorizer.transform([features_of(tokens) for tokens, _ in test]))

    share = partial(share_right, [label for _, label in test])
    print(len(train), len(test), share(best), share(list(others)))  # noqa: T201
    assert share(best) >= share(list(others)) - TOLERANCE


def share_right(wanted: list[str], found: list[str]) -> float:
    """The share of right labels."""
    return sum(one == other for one, other in zip(wanted, found, strict=True)) / len(wanted)
