"""How likely each possible reply to a turn is right, by its features and words: learnt trees, as data; pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np

from kb.classifier.boosted_trees import BoostedTrees
from kb.classifier.hashed_model import Floats, HashedModel
from kb.model import EntryId


class ReplyKind(StrEnum):
    """What a later turn of a conversation may be answered with."""

    KEEP = "keep"
    """What the handlers decided."""
    OWN = "own"
    """The entry that the words alone mean, without the turn before."""
    NEXT = "next"
    """The likeliest other entry of the words alone, by what people turn to after the topic."""
    TOPIC = "topic"
    """More about what is talked about."""
    LINE = "line"
    """The phone line of what is talked about."""
    TALK = "talk"
    """A nod: nothing is asked."""
    ASK = "ask"
    """The question which of two or three is meant."""


class ReplyCandidate(NamedTuple):
    """A possible reply, with the probability (0 to 1) that it is right."""

    reply: ReplyKind
    probability: float


class ReplyScorer(Protocol):
    """Tells how likely replies are right."""

    def probabilities(
        self, replies: Sequence[ReplyKind], features: Mapping[str, float], terms: Collection[bytes]
    ) -> Sequence[float]:
        """How likely (0 to 1) each of the replies is right; `terms` are those of the turn's wording."""
        ...

    def lift(self, topic: EntryId, entry: EntryId) -> float:
        """How much likelier `entry` is meant (in log-odds) because `topic` is talked about."""
        ...


@dataclass(frozen=True, kw_only=True)
class TopicSequence:
    """Log-lifts: how many times as often (as a logarithm) an entry is meant after another one as anywhere.

    0 for an entry after which nothing was counted: content of one's own knows none.
    """

    lifts: Mapping[EntryId, Mapping[EntryId, float]] = field(default_factory=dict)
    """By the entry that is talked about, those that were meant after it."""
    unseen: Mapping[EntryId, float] = field(default_factory=dict)
    """By the entry that is talked about, the lift of all others."""

    def lift(self, topic: EntryId, entry: EntryId) -> float:
        """How much likelier `entry` is meant (in log-odds) because `topic` is talked about."""
        if topic not in self.unseen:
            return 0.0
        return self.lifts.get(topic, {}).get(entry, self.unseen[topic])


@dataclass(frozen=True, kw_only=True)
class ReplyModel:
    """Decision trees over named features, a group of them for each reply; a feature that a turn lacks is 0.

    What the words alone say of each reply is one of the features (stacking: Wolpert, Neural Networks 5(2), 1992).
    """

    features: Mapping[str, int]
    """The place of each feature."""
    replies: Mapping[ReplyKind, int]
    """The place of each reply among the groups."""
    trees: BoostedTrees
    wording: HashedModel
    """By the terms of a turn's wording, a score for each reply, in the order of its place."""
    sequence: TopicSequence = field(default_factory=TopicSequence)

    def lift(self, topic: EntryId, entry: EntryId) -> float:
        """As `TopicSequence.lift`."""
        return self.sequence.lift(topic, entry)

    def probabilities(
        self, replies: Sequence[ReplyKind], features: Mapping[str, float], terms: Collection[bytes]
    ) -> Sequence[float]:
        """How likely (0 to 1) each of the replies is right; `terms` are those of the turn's wording."""
        values = np.zeros(len(self.features))
        told = wording_features(self.replies, self.wording.scores(terms), replies)
        for name, value in (*features.items(), *told):
            if (place := self.features.get(name)) is not None:
                values[place] = value
        found = 1 / (1 + np.exp(-self.trees.sums(values)))
        return [float(found[self.replies[reply]]) for reply in replies]


def wording_features(
    places: Mapping[ReplyKind, int], scores: Floats, possible: Collection[ReplyKind]
) -> Iterator[tuple[str, float]]:
    """What the words say of each possible reply, as features: names with log-odds."""
    return ((f"wording:{reply}", float(scores[places[reply]])) for reply in possible)
