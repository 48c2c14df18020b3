"""Turns scores into the chance of being right, and learns where to answer, to ask or to say no; pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

PRETENDED: Final = 4
"""Of every so many known questions one is shown as if its own entry did not exist: a message that nobody answers."""
MASKED: Final = -50.0
WRONG_ANSWERS: Final = 0.09
"""The share of answers that may be wrong among held-out questions, which are harder than what people write."""
MISSED_QUESTIONS: Final = 0.12
"""The share of held-out questions that may be met with "I do not know"."""
FALSE_ALARMS: Final = 0.015
"""How many held-out questions of others an urgent entry may draw to itself."""
BOLDEST: Final = 2.0
BOLD: Final = 0.4
TIMID: Final = 0.75
"""The chance from which on is answered lies between these, whatever a small knowledge base teaches."""
LEAST: Final = 1e-6
NEWTON_STEPS: Final = 12

Scores = npt.NDArray[np.floating]
Reals = npt.NDArray[np.float64]
Rights = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """`none` is the column of what no entry answers, or None; `boldness` is added to each column's scores."""

    none: int | None
    boldness: Scores
    slopes: tuple[float, ...]
    answer_from: float
    clarify_from: float

    def chances(self, scores: Scores, words: int) -> tuple[Places, Reals]:
        """The columns of entries, best first, and how likely each one is right."""
        scores = scores + self.boldness
        top = float(scores.max())
        everything = float(np.exp(scores - top).sum())
        if self.none is not None:
            scores[self.none] = MASKED
        order = np.argsort(-scores, kind="stable")[: len(scores) - (self.none is not None)]
        field = scores[order]
        best = float(field[0])
        chance = min(max(exp(best - top) / everything, LEAST), 1 - LEAST)
        far, length, base = self.slopes
        sure = far * log(chance / (1 - chance)) + length * log(1 + words) + base
        right = 1 / (1 + exp(-sure))
        # The others share what the first one leaves, and none of them is as likely as it is.
        share = np.exp(field - top) / everything * (1 - right) / (1 - chance)
        chances = np.minimum(share, right * np.exp(field - best)).astype(np.float64)
        chances[0] = right
        return order, chances


def learn(held_out: Scores, truth: Places, words: Places, none: int | None, urgent: Sequence[int]) -> Calibration:
    """From held-out scores (one row a message), its column of truth and its number of words."""
    boldness = _boldness(held_out, truth, urgent)
    scores = held_out + boldness
    asked = np.arange(len(truth)) if none is None else np.nonzero(truth != none)[0]
    orphans = asked[::PRETENDED]
    pretended = scores[orphans].copy()
    pretended[np.arange(len(orphans)), truth[orphans]] = MASKED
    traits, best = _traits(np.vstack([scores, pretended]), np.concatenate([words, words[orphans]]), none)
    right = np.concatenate([best[: len(truth)] == truth, np.zeros(len(orphans), dtype=bool)])
    slopes = _logistic(traits, right)
    chances = _chances(traits, slopes)
    answer_from = _answer_from(chances)
    return Calibration(
        none=none,
        boldness=boldness,
        slopes=tuple(float(slope) for slope in slopes),
        answer_from=answer_from,
        clarify_from=min(float(np.quantile(chances[asked], MISSED_QUESTIONS)), answer_from),
    )


def _traits(scores: Scores, words: Places, none: int | None) -> tuple[Reals, Places]:
    """What a right first place looks like: likely, and said in many words."""
    highest = scores.max(axis=1)
    everything = np.exp(scores - highest[:, None]).sum(axis=1)
    entries = scores.astype(np.float64)
    if none is not None:
        entries[:, none] = MASKED
    chance = np.clip(np.exp(entries.max(axis=1) - highest) / everything, LEAST, 1 - LEAST)
    columns = (
        np.log(chance / (1 - chance)),
        np.log(1 + words),
        np.ones(len(scores)),
    )
    return np.stack(columns, axis=1), entries.argmax(axis=1)


def _boldness(held_out: Scores, truth: Places, urgent: Sequence[int]) -> Scores:
    """How far each urgent column could be raised before it drew too many messages that are not its own."""
    boldness = np.zeros(held_out.shape[1], dtype=np.float32)
    for column in urgent:
        others = truth != column
        rest = np.delete(held_out, column, axis=1).max(axis=1)
        needed = np.sort((rest - held_out[:, column])[others])
        allowed = int(FALSE_ALARMS * len(truth))
        boldness[column] = np.clip(needed[allowed], 0, BOLDEST)
    return boldness


def _answer_from(chances: Reals) -> float:
    """The lowest chance, within reason, from which on few enough of the answers can be expected to be wrong."""
    falling = -np.sort(-chances)
    wrong = np.cumsum(1 - falling) / np.arange(1, len(falling) + 1)
    good = np.nonzero(wrong <= WRONG_ANSWERS)[0]
    return min(max(float(falling[good[-1]]), BOLD), TIMID) if len(good) else TIMID


def _logistic(traits: Reals, right: Rights) -> Reals:
    slopes = np.zeros(traits.shape[1])
    ridge = np.eye(len(slopes)) * 1e-2
    for _ in range(NEWTON_STEPS):
        chances = _chances(traits, slopes)
        slope = np.einsum("ij,i->j", traits, right - chances) - ridge @ slopes
        bend = np.einsum("ij,ik,i->jk", traits, traits, chances * (1 - chances)) + ridge
        slopes += np.linalg.solve(bend, slope)
    return slopes


def _chances(traits: Reals, slopes: Reals) -> Reals:
    # Not as a product of matrices: for one so small, the threads of the library that makes it cost more than they save.
    sums = np.einsum("ij,j->i", traits, slopes)
    out: Reals = 1 / (1 + np.exp(-np.clip(sums, -30, 30)))
    return out
