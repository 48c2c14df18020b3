"""The units of all known messages at once: what `Reader.units` makes of each of them, in arrays; pure."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from kb.features.featurizer import MAX_PAIRED_CONCEPTS, NEGATIONS, PAIR_BASE, Featurizer, Term
from kb.features.sparse import stable_argsort
from kb.text.stemmer import stem

Numbers = npt.NDArray[np.int64]
NameT = TypeVar("NameT", bound=Hashable)


class Factorized(Generic[NameT]):
    """Lists of names, each name with a number in the order of its first use."""

    def __init__(self, lists: Sequence[Sequence[NameT]]) -> None:
        flat = list(chain.from_iterable(lists))
        self.names = list(dict.fromkeys(flat))
        number = dict(zip(self.names, range(len(self.names)), strict=True))
        self.codes = np.fromiter(map(number.__getitem__, flat), dtype=np.int64, count=len(flat))
        self.sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))

    @property
    def lists(self) -> Numbers:
        """For each name in the row of all, the list that it stands in."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


@dataclass(frozen=True, kw_only=True)
class MinDocumentFrequency:
    """In how many messages what is no word must stand to be taken: two stems in a row, two concepts, any other."""

    stem_bigram: int
    concept_pair: int
    other: int


@dataclass(frozen=True, kw_only=True)
class TermOccurrences:
    """Units, in how many messages each stands, and all pairs of a message and a unit in it, in the messages' order."""

    terms: list[Term]
    document_frequencies: Numbers
    messages: Numbers
    term_numbers: Numbers


@dataclass(frozen=True, kw_only=True)
class _TermGroup:
    """Units of one kind as numbers of their own, each with a message that it stands in; `name` tells which it is."""

    messages: Numbers
    codes: Numbers
    term_of_code: Callable[[int], Term]
    min_document_frequency: int

    def frequent_terms(self, message_count: int) -> TermOccurrences:
        """Those in enough of so many messages."""
        codes, messages = np.divmod(_sorted_unique(self.codes * message_count + self.messages), message_count)
        begins = _run_starts(codes)
        counts = np.diff(np.append(np.nonzero(begins)[0], len(codes)))
        enough = counts >= self.min_document_frequency
        group = np.cumsum(begins) - 1
        stays = enough[group]
        return TermOccurrences(
            terms=list(map(self.term_of_code, codes[begins][enough].tolist())),
            document_frequencies=counts[enough],
            messages=messages[stays],
            term_numbers=(np.cumsum(enough) - 1)[group[stays]],
        )


def vectorize(
    messages: Sequence[Sequence[str]], featurizer: Featurizer, min_df: MinDocumentFrequency
) -> TermOccurrences:
    """The words of the messages, and what else stands in enough of them."""
    said = Factorized(messages)
    words = _TermGroup(
        messages=said.lists, codes=said.codes, term_of_code=said.names.__getitem__, min_document_frequency=1
    )
    parts = (words, *_negations_and_bigrams(said, min_df), *_concept_terms(messages, said, featurizer, min_df))
    kinds = [part.frequent_terms(len(messages)) for part in parts]
    first = np.cumsum([0, *(len(kind.terms) for kind in kinds)])
    holders = np.concatenate([kind.messages for kind in kinds])
    order = stable_argsort(holders, len(messages))
    return TermOccurrences(
        terms=list(chain.from_iterable(kind.terms for kind in kinds)),
        document_frequencies=np.concatenate([kind.document_frequencies for kind in kinds]),
        messages=holders[order],
        term_numbers=np.concatenate([kind.term_numbers + start for kind, start in zip(kinds, first[:-1], strict=True)])[
            order
        ],
    )


def _negations_and_bigrams(tokens: Factorized[str], min_df: MinDocumentFrequency) -> Iterator[_TermGroup]:
    """What is denied, and two stems that follow each other; number 0 stands before the first and after the last."""
    stems = Factorized([["", *map(stem, tokens.names)]])
    names, count = stems.names, len(stems.names)
    lists, here = tokens.lists, stems.codes[1:][tokens.codes]
    starts = _run_starts(lists)
    denies = np.array([word in NEGATIONS for word in tokens.names], dtype=np.bool_)[tokens.codes]
    denied = ~starts & np.roll(denies, 1)
    yield _TermGroup(
        messages=lists[denied],
        codes=here[denied],
        term_of_code=lambda code: f"n:{names[code]}",
        min_document_frequency=min_df.other,
    )
    ends = np.roll(starts, -1)
    before = np.where(starts, 0, np.roll(here, 1))
    yield _TermGroup(
        messages=np.concatenate([lists, lists[ends]]),
        codes=np.concatenate([before * count + here, here[ends] * count]),
        term_of_code=lambda code: f"b:{names[code // count] or '^'} {names[code % count] or '$'}",
        min_document_frequency=min_df.stem_bigram,
    )


def _concept_terms(
    messages: Sequence[Sequence[str]], tokens: Factorized[str], featurizer: Featurizer, min_df: MinDocumentFrequency
) -> Iterator[_TermGroup]:
    """The concepts that only several words make, and each two of the first concepts of a message."""
    spread = len(featurizer.concept_names) + 1
    words = _sorted_unique(_word_concepts(tokens, featurizer, spread))
    phrases = (
        number * spread + one
        for number, message in enumerate(messages)
        for one in featurizer.phrase_concept_numbers(message)
    )
    found = _sorted_unique(np.fromiter(phrases, dtype=np.int64))
    # The last one is more than any: all have a place before it.
    only = found[np.append(words, [len(messages) * spread])[np.searchsorted(words, found)] != found]
    yield _TermGroup(
        messages=only // spread,
        codes=only % spread,
        term_of_code=lambda code: f"c:{featurizer.concept_names[code]}",
        min_document_frequency=min_df.other,
    )
    lists, concepts = np.divmod(np.sort(np.concatenate([words, only])), spread)
    rank = np.arange(len(lists)) - np.maximum.accumulate(np.where(_run_starts(lists), np.arange(len(lists)), 0))
    lists, concepts = lists[rank < MAX_PAIRED_CONCEPTS], concepts[rank < MAX_PAIRED_CONCEPTS]
    apart = [(far, lists[far:] == lists[:-far]) for far in range(1, MAX_PAIRED_CONCEPTS)]
    yield _TermGroup(
        messages=np.concatenate([lists[far:][same] for far, same in apart]),
        codes=np.concatenate([PAIR_BASE * concepts[:-far][same] + concepts[far:][same] for far, same in apart]),
        term_of_code=int,
        min_document_frequency=min_df.concept_pair,
    )


def _word_concepts(tokens: Factorized[str], featurizer: Featurizer, spread: int) -> Numbers:
    """Messages with the concepts that their words stand for, as one number each."""
    known = Factorized([featurizer.concept_numbers(word) for word in tokens.names])
    numbers = np.array(known.names, dtype=np.int64)[known.codes]
    start, each = (np.cumsum(known.sizes) - known.sizes)[tokens.codes], known.sizes[tokens.codes]
    place = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each - start, each)
    found: Numbers = np.repeat(tokens.lists, each) * spread + numbers[place]
    return found


def _run_starts(ordered: Numbers) -> npt.NDArray[np.bool_]:
    """Where another number than the one before begins."""
    begins = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins


def _sorted_unique(numbers: Numbers) -> Numbers:
    """In order, each once; quicker than numpy's unique()."""
    ordered = np.sort(numbers)
    return ordered[_run_starts(ordered)]
