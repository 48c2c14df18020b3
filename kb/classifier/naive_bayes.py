"""Learns by counting: where weighing step by step begins, and all there is for knowledge too large for that; numpy."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from kb.features.featurizer import Feature, Featurizer, Term, is_word
from kb.features.sparse import Floats

PSEUDO_COUNT: Final = 5.0
"""How many questions of no entry in particular are thought beside those of an entry (Laplace's rule, by rarity)."""
MIN_DF: Final = 2
"""A feature that stands in one message only teaches nothing beyond it."""
MAX_HELD_OUT_SCORES: Final = 2_000_000
"""So many scores of left-out messages are enough to calibrate by."""

PRIOR_WEIGHT: Final = 0.25
PRIOR_HALF_WEIGHT_MESSAGES: Final = 20.0
"""Weighing begins with this share of what counting says; with less where labels have few messages beside this many."""

Sums = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class NaiveBayesModel:
    """For each feature the labels it was seen with, and how much it speaks for each: the row `starts[f]:starts[f + 1]`.

    `absent` (one a label) is what a feature says about a label that it was never seen with.
    Method: multinomial naive Bayes (McCallum and Nigam 1998), the weights those of presence, not of frequency.
    """

    labels: tuple[str, ...]
    features: dict[Feature, int]
    row_starts: Numbers
    label_numbers: npt.NDArray[np.int32]
    log_ratios: Floats
    log_absent: Floats

    def scores(self, terms: Mapping[Term, float], featurizer: Featurizer) -> Floats:
        """One score a label for units with their loudness."""
        rows: list[int] = []
        weights: list[float] = []
        unseen = 0
        for feature, volume in active_features(terms, featurizer).items():
            row = self.features.get(feature)
            if row is None:
                unseen += 1
            else:
                rows.append(row)
                weights.append(volume)
        sums = self.sums(rows, weights)
        out: Floats = (sums / sqrt(max(1.0, sum(weights) + unseen))).astype(np.float32)
        return out

    def sums(self, rows: Sequence[int], weights: Sequence[float]) -> Sums:
        """What the features in these rows say together, each as loud as given."""
        spans = [slice(self.row_starts[row], self.row_starts[row + 1]) for row in rows]
        if not spans:
            return np.zeros(len(self.labels))
        places = np.concatenate([self.label_numbers[span] for span in spans])
        gains = np.concatenate([self.log_ratios[span] * volume for span, volume in zip(spans, weights, strict=True)])
        sums = np.bincount(places, weights=gains, minlength=len(self.labels)).astype(np.float64)
        return sums + sum(weights) * self.log_absent.astype(np.float64)


def prior_weight(labels: Floats) -> float:
    """How much of what counting says weighing begins with, by the messages that each label has."""
    each = labels.mean()
    return float(PRIOR_WEIGHT * each / (each + PRIOR_HALF_WEIGHT_MESSAGES))


def log_odds_prior(
    cooccurrence: Floats, document_frequencies: Floats, label_counts: Floats, messages: int
) -> tuple[Floats, Floats]:
    """What counting says, one row a feature and a column a label, and what a message said of itself in that.

    From how often features and labels came together, the messages with a feature and those of a label, and all of them.
    `together` is used up.
    """
    document_frequencies = np.maximum(document_frequencies, 1)
    log_odds = _log1p_in_place(
        (cooccurrence * (messages / (document_frequencies * PSEUDO_COUNT))).astype(np.float32, copy=False)
    )
    cooccurrence -= 1
    np.maximum(cooccurrence, 0, out=cooccurrence)
    cooccurrence *= messages / (np.maximum(document_frequencies - 1, 1) * PSEUDO_COUNT)
    own_share = np.subtract(log_odds, _log1p_in_place(cooccurrence), out=cooccurrence)
    log_odds -= np.log1p(label_counts / PSEUDO_COUNT)
    return log_odds, own_share


def _log1p_in_place(counts: Floats) -> Floats:
    """log1p() in place; numpy takes the plain logarithm of many numbers at once."""
    counts += 1
    return np.log(counts, out=counts)


def active_features(terms: Mapping[Term, float], featurizer: Featurizer) -> dict[Feature, float]:
    """What counts of these units: letters in a row, which nearly every label has, do not."""
    found: dict[Feature, float] = {}
    for unit, volume in terms.items():
        for feature in featurizer.features(unit) if is_word(unit) else (unit,):
            if not isinstance(feature, str) or ":" in feature:
                found.setdefault(feature, volume)
    return found


def fit_naive_bayes(
    messages: Sequence[Sequence[str]], labels: Sequence[str], featurizer: Featurizer
) -> tuple[NaiveBayesModel, Floats, Numbers]:
    """The model; scores of some messages as they would be had each not been there; and which messages these are."""
    known = tuple(dict.fromkeys(labels))
    place = {label: number for number, label in enumerate(known)}
    truth = np.fromiter((place[label] for label in labels), dtype=np.int64, count=len(labels))
    held = _extract_features(messages, featurizer)
    pairs, together = np.unique(held.flat * len(known) + np.repeat(truth, held.sizes), return_counts=True)
    each = _Totals(
        messages=len(truth), labels=np.bincount(truth), features=np.bincount(held.flat, minlength=len(held.features))
    )
    model = _build_model(held.features, known, pairs, together, each)
    chosen = np.arange(0, len(truth), max(1, len(truth) * len(known) // MAX_HELD_OUT_SCORES))
    return model, leave_one_out(model, held, truth, (pairs, together, each), chosen), chosen


@dataclass(frozen=True, kw_only=True)
class _FeatureLists:
    """The features of all messages in one row of numbers, and how many each message has."""

    features: dict[Feature, int]
    flat: Numbers
    sizes: Numbers


@dataclass(frozen=True, kw_only=True)
class _Totals:
    """How many messages there are, of each label and with each feature."""

    messages: int
    labels: Numbers
    features: Numbers


def _extract_features(messages: Iterable[Sequence[str]], featurizer: Featurizer) -> _FeatureLists:
    numbers: dict[Feature, int] = {}
    flat, sizes = array("q"), array("q")
    for message in messages:
        found = active_features(dict.fromkeys(featurizer.terms(message), 1.0), featurizer)
        sizes.append(len(found))
        flat.extend([numbers.setdefault(feature, len(numbers)) for feature in found])
    return _FeatureLists(features=numbers, flat=np.array(flat, dtype=np.int64), sizes=np.array(sizes, dtype=np.int64))


def _build_model(
    features: dict[Feature, int], labels: tuple[str, ...], pairs: Numbers, cooccurrence: Numbers, totals: _Totals
) -> NaiveBayesModel:
    feature, label = np.divmod(pairs, len(labels))
    kept = totals.features >= MIN_DF
    stays = kept[feature]
    number = np.cumsum(kept) - 1
    gains = np.log1p(cooccurrence * totals.messages / (totals.features[feature] * PSEUDO_COUNT))
    return NaiveBayesModel(
        labels=labels,
        features={name: int(number[row]) for name, row in features.items() if kept[row]},
        row_starts=np.concatenate([[0], np.cumsum(np.bincount(feature, minlength=len(kept))[kept])]),
        label_numbers=label[stays].astype(np.int32),
        log_ratios=gains[stays].astype(np.float32),
        log_absent=-np.log1p(totals.labels / PSEUDO_COUNT).astype(np.float32),
    )


def leave_one_out(
    model: NaiveBayesModel,
    features: _FeatureLists,
    truth: Numbers,
    counts: tuple[Numbers, Numbers, _Totals],
    chosen: Numbers,
) -> Floats:
    """What each chosen message scores with the counts that it is not in itself."""
    pairs, together, each = counts
    number = np.cumsum(each.features >= MIN_DF) - 1
    starts = np.concatenate([[0], np.cumsum(features.sizes)])
    out = np.empty((len(chosen), len(model.labels)), dtype=np.float32)
    for row, message in enumerate(chosen):
        own = truth[message]
        seen = features.flat[starts[message] : starts[message + 1]]
        # What would be seen too rarely without this message would not be there.
        seen = seen[each.features[seen] > MIN_DF]
        sums = model.sums(number[seen].tolist(), [1.0] * len(seen))
        others = together[np.searchsorted(pairs, seen * len(model.labels) + own)] - 1
        gains = np.log1p(others * (each.messages - 1) / ((each.features[seen] - 1) * PSEUDO_COUNT))
        sums[own] = gains.sum() - len(seen) * np.log1p((each.labels[own] - 1) / PSEUDO_COUNT)
        out[row] = sums / sqrt(max(1, features.sizes[message]))
    return out
