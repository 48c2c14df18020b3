"""Forecasts how much of each entry will be answered: questions are left out of training and then asked; pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from kb.model import EntryId, KnowledgeBase, Language, LanguagePhrases
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.result import Outcome

LEFT_OUT_EVERY: Final = 5
"""One of so many questions of an entry is left out and asked."""
MIN_QUESTIONS: Final = 2
"""Of an entry with fewer nothing can be left out."""


@dataclass(frozen=True, kw_only=True)
class EntryForecast:
    """What became of the questions that were left out; the rest was not understood."""

    entry: EntryId
    asked: int
    answered_right: int
    answered_wrong: int
    asked_back: int


def forecast(knowledge: KnowledgeBase) -> tuple[EntryForecast, ...]:
    """For every entry with questions enough, in the order of the content; empty where fewer than two have them."""
    known, left_out = _split(knowledge)
    if len(left_out) < 2:
        return ()
    pipeline = UnderstandingPipeline(known)
    return tuple(_forecast_entry(pipeline, entry, texts) for entry, texts in left_out.items())


def _forecast_entry(pipeline: UnderstandingPipeline, entry: EntryId, texts: tuple[str, ...]) -> EntryForecast:
    counts: Counter[tuple[Outcome, bool]] = Counter()
    for text in texts:
        understood = pipeline.understand(text)
        right = bool(understood.candidates) and understood.candidates[0].entry == entry
        counts[understood.outcome, right] += 1
    return EntryForecast(
        entry=entry,
        asked=len(texts),
        answered_right=counts[Outcome.ANSWERED, True],
        answered_wrong=counts[Outcome.ANSWERED, False],
        asked_back=counts[Outcome.CLARIFIED, True] + counts[Outcome.CLARIFIED, False],
    )


def _split(knowledge: KnowledgeBase) -> tuple[KnowledgeBase, Mapping[EntryId, tuple[str, ...]]]:
    left_out: dict[EntryId, tuple[str, ...]] = {}
    entries = dict(knowledge.entries)
    for entry in knowledge.entries.values():
        questions = [(language, text) for language, texts in entry.questions.items() for text in texts]
        if len(questions) < MIN_QUESTIONS:
            continue
        left_out[entry.id] = tuple(text for _, text in questions[::LEFT_OUT_EVERY])
        kept: dict[Language, tuple[str, ...]] = {
            language: tuple(
                text for number, (lang, text) in enumerate(questions) if number % LEFT_OUT_EVERY and lang == language
            )
            for language in entry.questions
        }
        entries[entry.id] = replace(entry, questions=MappingProxyType(LanguagePhrases(kept)))
    return replace(knowledge, entries=MappingProxyType(entries)), left_out
