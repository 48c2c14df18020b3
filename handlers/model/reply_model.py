"""How likely each possible reply to a turn is right, by its features: a learnt linear model, as data; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp
from typing import NamedTuple, Protocol


class ReplyKind(StrEnum):
    """What a later turn of a conversation may be answered with."""

    KEEP = "keep"
    """What the handlers decided."""
    OWN = "own"
    """The entry that the words alone mean, without the turn before."""
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
    """Tells how likely a reply is right."""

    def probability(self, reply: ReplyKind, features: Mapping[str, float]) -> float:
        """How likely (0 to 1) the reply is right."""
        ...


@dataclass(frozen=True, kw_only=True)
class ReplyModel:
    """For each reply a logistic regression over named features: `weights` holds those that are not nothing."""

    intercepts: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]

    def probability(self, reply: ReplyKind, features: Mapping[str, float]) -> float:
        """How likely (0 to 1) the reply is right."""
        weights = self.weights[reply]
        score = self.intercepts[reply] + sum(weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + exp(-score))
