"""The units of all known messages at once: what `Reader.units` makes of each of them, in arrays; pure."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from kb.features.featurizer import CONCEPTS_PAIRED, DENIALS, SPREAD, Reader, Unit
from kb.features.sparse import in_order
from kb.text.phonetic import stem

Numbers = npt.NDArray[np.int64]
Name = TypeVar("Name", bound=Hashable)


class Numbered(Generic[Name]):
    """Lists of names, each name with a number in the order of its first use."""

    def __init__(self, lists: Sequence[Sequence[Name]]) -> None:
        flat = list(chain.from_iterable(lists))
        self.names = list(dict.fromkeys(flat))
        number = dict(zip(self.names, range(len(self.names)), strict=True))
        self.flat = np.fromiter(map(number.__getitem__, flat), dtype=np.int64, count=len(flat))
        self.sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))

    @property
    def lists(self) -> Numbers:
        """For each name in the row of all, the list that it stands in."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


@dataclass(frozen=True, kw_only=True)
class Least:
    """In how many messages what is no word must stand to be taken: two stems in a row, two concepts, any other."""

    in_a_row: int
    paired: int
    other: int


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """Units, in how many messages each stands, and all pairs of a message and a unit in it, in the messages' order."""

    units: list[Unit]
    counts: Numbers
    messages: Numbers
    places: Numbers


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """Units of one kind as numbers of their own, each with a message that it stands in; `name` tells which it is."""

    messages: Numbers
    codes: Numbers
    name: Callable[[int], Unit]
    least: int

    def kept(self, total: int) -> Gathered:
        """Those in enough of so many messages."""
        codes, messages = np.divmod(_distinct(self.codes * total + self.messages), total)
        begins = _begins(codes)
        counts = np.diff(np.append(np.nonzero(begins)[0], len(codes)))
        enough = counts >= self.least
        group = np.cumsum(begins) - 1
        stays = enough[group]
        return Gathered(
            units=list(map(self.name, codes[begins][enough].tolist())),
            counts=counts[enough],
            messages=messages[stays],
            places=(np.cumsum(enough) - 1)[group[stays]],
        )


def gather(messages: Sequence[Sequence[str]], reader: Reader, least: Least) -> Gathered:
    """The words of the messages, and what else stands in enough of them."""
    said = Numbered(messages)
    words = _Kind(messages=said.lists, codes=said.flat, name=said.names.__getitem__, least=1)
    parts = (words, *_in_a_row(said, least), *_made(messages, said, reader, least))
    kinds = [part.kept(len(messages)) for part in parts]
    first = np.cumsum([0, *(len(kind.units) for kind in kinds)])
    holders = np.concatenate([kind.messages for kind in kinds])
    order = in_order(holders, len(messages))
    return Gathered(
        units=list(chain.from_iterable(kind.units for kind in kinds)),
        counts=np.concatenate([kind.counts for kind in kinds]),
        messages=holders[order],
        places=np.concatenate([kind.places + start for kind, start in zip(kinds, first[:-1], strict=True)])[order],
    )


def _in_a_row(said: Numbered[str], least: Least) -> Iterator[_Kind]:
    """What is denied, and two stems that follow each other; number 0 stands before the first and after the last."""
    stems = Numbered([["", *map(stem, said.names)]])
    names, count = stems.names, len(stems.names)
    lists, here = said.lists, stems.flat[1:][said.flat]
    starts = _begins(lists)
    denies = np.array([word in DENIALS for word in said.names], dtype=np.bool_)[said.flat]
    denied = ~starts & np.roll(denies, 1)
    yield _Kind(messages=lists[denied], codes=here[denied], name=lambda code: f"n:{names[code]}", least=least.other)
    ends = np.roll(starts, -1)
    before = np.where(starts, 0, np.roll(here, 1))
    yield _Kind(
        messages=np.concatenate([lists, lists[ends]]),
        codes=np.concatenate([before * count + here, here[ends] * count]),
        name=lambda code: f"b:{names[code // count] or '^'} {names[code % count] or '$'}",
        least=least.in_a_row,
    )


def _made(messages: Sequence[Sequence[str]], said: Numbered[str], reader: Reader, least: Least) -> Iterator[_Kind]:
    """The concepts that only several words make, and each two of the first concepts of a message."""
    spread = len(reader.names) + 1
    words = _distinct(_of_words(said, reader, spread))
    phrases = (number * spread + one for number, message in enumerate(messages) for one in reader.of_phrases(message))
    found = _distinct(np.fromiter(phrases, dtype=np.int64))
    # The last one is more than any: all have a place before it.
    only = found[np.append(words, [len(messages) * spread])[np.searchsorted(words, found)] != found]
    yield _Kind(
        messages=only // spread, codes=only % spread, name=lambda code: f"c:{reader.names[code]}", least=least.other
    )
    lists, concepts = np.divmod(np.sort(np.concatenate([words, only])), spread)
    rank = np.arange(len(lists)) - np.maximum.accumulate(np.where(_begins(lists), np.arange(len(lists)), 0))
    lists, concepts = lists[rank < CONCEPTS_PAIRED], concepts[rank < CONCEPTS_PAIRED]
    apart = [(far, lists[far:] == lists[:-far]) for far in range(1, CONCEPTS_PAIRED)]
    yield _Kind(
        messages=np.concatenate([lists[far:][same] for far, same in apart]),
        codes=np.concatenate([SPREAD * concepts[:-far][same] + concepts[far:][same] for far, same in apart]),
        name=int,
        least=least.paired,
    )


def _of_words(said: Numbered[str], reader: Reader, spread: int) -> Numbers:
    """Messages with the concepts that their words stand for, as one number each."""
    known = Numbered([reader.numbers(word) for word in said.names])
    numbers = np.array(known.names, dtype=np.int64)[known.flat]
    start, each = (np.cumsum(known.sizes) - known.sizes)[said.flat], known.sizes[said.flat]
    place = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each - start, each)
    found: Numbers = np.repeat(said.lists, each) * spread + numbers[place]
    return found


def _begins(ordered: Numbers) -> npt.NDArray[np.bool_]:
    """Where another number than the one before begins."""
    begins = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins


def _distinct(numbers: Numbers) -> Numbers:
    """In order, each once; quicker than numpy's unique()."""
    ordered = np.sort(numbers)
    return ordered[_begins(ordered)]
