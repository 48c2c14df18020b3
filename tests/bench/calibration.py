"""Measures the default slopes of the calibration: `python -m tests.bench.understanding calibration`.

The content is cut to many sizes and learnt; what is left out of it (questions, a half of the decoys, whole entries) is what
real messages would be. Questions are drawn by a seeded generator, so that the same content gives the same slopes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np
from rich.console import Console

from kb.classifier import trainer
from kb.classifier.calibration import (
    DEFAULT_COEFFICIENTS,
    Booleans,
    Reals,
    calibration_features,
    fit_logistic,
    scope_weights,
)
from kb.classifier.scorer import IntentClassifier
from kb.features.dataset import OUT_OF_SCOPE
from kb.loading.loader import load_knowledge_base
from kb.model import LANGUAGES, EntryId, KnowledgeBase, Language
from kb.text.tokenize import phonetic_tokens

SIZES: Final = (2, 3, 5, 10, 20, 40, 60)
"""Questions of an entry and language that are learnt."""
ENTRIES_LEFT_OUT: Final = 0.2
DECOYS_LEFT_OUT: Final = 0.5
MAX_MESSAGES: Final = 3_000
"""Left-out messages that are judged, for each size."""
LOW_CONFIDENCE: Final = (0.15, 0.3)

Texts = dict[Language, tuple[str, ...]]
TextT = TypeVar("TextT")


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What a part of the content makes of the rest: features of each message and what came of it."""

    features: Reals
    right: Booleans
    in_top_3: Booleans
    in_scope: Booleans


def calibration(console: Console) -> None:
    """The slopes, and what becomes of them at each size."""
    knowledge = load_knowledge_base(None)
    found = {size: measure(knowledge, size) for size in SIZES}
    slopes = fit_defaults(tuple(found.values()))
    console.print(f"DEFAULT_COEFFICIENTS = {tuple(round(float(one), 2) for one in slopes)}", highlight=False)
    console.print(f"today                = {DEFAULT_COEFFICIENTS}", highlight=False)
    for size, left_out in found.items():
        chances = 1 / (1 + np.exp(-left_out.features @ slopes))
        weights = scope_weights(left_out.in_scope)
        promised, kept = np.average(chances, weights=weights), np.average(left_out.right, weights=weights)
        console.print(f"{size} questions a language: promised {promised:.3f}, right {kept:.3f}", highlight=False)
    right, among = _at_low_confidence(tuple(found.values()), slopes)
    console.print(f"at a low confidence: right {right:.3f}, among three {among:.3f}", highlight=False)


def fit_defaults(found: Sequence[LeftOut]) -> Reals:
    """The slopes of all sizes together, with the stated share out of scope in each."""
    return fit_logistic(
        np.vstack([one.features for one in found]),
        np.concatenate([one.right for one in found]),
        np.concatenate([scope_weights(one.in_scope) for one in found]),
    )


def measure(knowledge: KnowledgeBase, size: int) -> LeftOut:
    """Learn from so many questions of most entries, and judge what is left."""
    random = Random(size)  # noqa: S311 - a draw that anybody can repeat
    known, messages = _split(knowledge, size, random)
    random.shuffle(messages)
    trained = trainer.train(known)
    dataset = trained.dataset
    if dataset is None:
        raise AssertionError("training keeps its data set")
    classifier = IntentClassifier(trained.model, dataset.featurizer, dataset.vocabulary)
    column = {label: number for number, label in enumerate(trained.model.labels)}
    learnt = {row.text_key for row in dataset.examples}
    said = [
        (tokens, label)
        for text, label in messages[:MAX_MESSAGES]
        if (tokens := phonetic_tokens(text)) and " ".join(tokens) not in learnt
    ]
    scores = np.stack([classifier.scores(tokens)[0] for tokens, _ in said]) + trained.calibration.class_bias
    words = np.array([len(tokens) for tokens, _ in said])
    features, best = calibration_features(trained.calibration, scores, words)
    truth = np.array([-1 if label == OUT_OF_SCOPE else column[label] for _, label in said])
    scores[:, column[OUT_OF_SCOPE]] = -np.inf
    first = np.argsort(-scores, axis=1)[:, :3]
    return LeftOut(
        features=features,
        right=best == truth,
        in_top_3=(first == truth[:, None]).any(axis=1),
        in_scope=truth >= 0,
    )


def _at_low_confidence(found: Sequence[LeftOut], slopes: Reals) -> tuple[float, float]:
    """How often the right entry is first, and among three, where it is not sure whether to ask back."""
    shares = []
    for left_out in found:
        chances = 1 / (1 + np.exp(-left_out.features @ slopes))
        low = (chances > LOW_CONFIDENCE[0]) & (chances < LOW_CONFIDENCE[1])
        weights = scope_weights(left_out.in_scope)[low]
        shares.append([np.average(facts[low], weights=weights) for facts in (left_out.right, left_out.in_top_3)])
    right, among = np.mean(shares, axis=0)
    return float(right), float(among)


def _split(knowledge: KnowledgeBase, size: int, random: Random) -> tuple[KnowledgeBase, list[tuple[str, EntryId]]]:
    """What is learnt, and the messages that are left with their labels."""
    left_out = set(random.sample(list(knowledge.entries), round(len(knowledge.entries) * ENTRIES_LEFT_OUT)))
    messages: list[tuple[str, EntryId]] = []
    entries = {}
    for entry in knowledge.entries.values():
        questions = {language: _shuffled(entry.questions[language], random) for language in LANGUAGES}
        if entry.id in left_out:
            # About as many messages as the other entries leave.
            messages += [(text, OUT_OF_SCOPE) for texts in questions.values() for text in texts[: len(texts) // 3]]
            continue
        messages += [(text, entry.id) for texts in questions.values() for text in texts[size:]]
        learnt: Texts = {language: texts[:size] for language, texts in questions.items()}
        entries[entry.id] = replace(entry, questions=MappingProxyType(learnt))
    decoys: Texts = {}
    for language in LANGUAGES:
        texts = _shuffled(knowledge.out_of_scope[language], random)
        kept = round(len(texts) * (1 - DECOYS_LEFT_OUT))
        decoys[language] = texts[:kept]
        messages += [(text, OUT_OF_SCOPE) for text in texts[kept:]]
    known = replace(knowledge, entries=MappingProxyType(entries), out_of_scope=MappingProxyType(decoys))
    return known, messages


def _shuffled(texts: Sequence[TextT], random: Random) -> tuple[TextT, ...]:
    return tuple(random.sample(texts, len(texts)))
