"""Learns from labelled conversations which reply to a later turn is right; writes handlers/learnt/replies.json.

    python -m tests.training.replies [--check]

Every later turn is decided once for each reply that it may get; boosted decision trees for each reply learn from
the features of the turn whether that was right. One of the features is what the words alone say of the reply: a logistic
regression over hashed terms, which for the trees tells of no turn that it has learnt from. `--check` writes nothing: it leaves each file out in turn, learns from the
others, and tells how many turns more are right, and how many more answered wrongly, in the one left out.
"""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from bot.cli.asker import TURN_INTERVAL
from bot.evaluation.dialogs import Answer, Expected, LabelledDialog, LabelledTurn
from bot.knowledge.factory import load_knowledge
from bot.knowledge.reply_model import MODEL_FILE, model_as_json
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.reply_model import ReplyKind, ReplyModel, ReplyScorer, TopicSequence, wording_features
from handlers.model.session import Decision, Session
from handlers.replies.choice import worth
from handlers.replies.grave import asks_whether_stopped
from handlers.replies.wording import wording_terms
from handlers.router import decide
from kb.classifier.boosted_trees import BoostedTrees
from kb.classifier.hashed_model import HashedModel, hashed_rows
from kb.model import Act
from kb.understanding.pipeline import UnderstandingPipeline
from tests.training.conversations import REFERENCE, Talks, folds, learnt_talks, messages_of, reference_talks, unseen
from tests.training.sequence import topic_sequence

Floats = npt.NDArray[np.float64]
STARTED: Final = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
WEIGHT_OF_REFERENCE: Final = 3.0
"""How much a turn of the reference files counts beside one of the others, whose labels are those of many hands."""
DEPTH: Final = 4
"""Questions that a tree asks."""
TREES: Final = 150
"""Trees for each reply."""
BOOSTING: Final[Mapping[str, Any]] = {
    "max_iter": TREES,
    "max_depth": DEPTH,
    "max_leaf_nodes": None,
    "learning_rate": 0.1,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 0,
}
DIGITS: Final = 4
"""Digits of what is learnt."""
FEATURES_SEEN: Final = 20
"""A feature of fewer turns is nothing to learn from."""
WORDING_ROWS: Final = 2**14
"""Rows that the terms of the wording share."""
WORDING_COST: Final = 3.0
"""How much a wrongly told turn costs beside the size of the weights (C of scikit-learn)."""
LARGEST_WEIGHT: Final = 127
"""Weights of the wording are whole numbers of a byte."""
WORDING_FOLDS: Final = 5
PLACES: Final[Mapping[ReplyKind, int]] = {reply: place for place, reply in enumerate(ReplyKind)}


@dataclass(frozen=True, kw_only=True)
class OpenTurn:
    """A turn with open replies: its words and features, and what each possible reply came to."""

    file: str
    talk: str
    text: str
    features: Mapping[str, float]
    right: Mapping[ReplyKind, bool]
    answered: bool
    """Whether what the handlers decided is an answer."""
    grave: bool = False
    """Whether it is about stopped trading or a ticket."""


class _Recorder:
    """Prefers one reply to all others, and keeps the features that it is asked about."""

    def __init__(self, preferred: ReplyKind, sequence: TopicSequence) -> None:
        self.features: Mapping[str, float] = {}
        self.possible: list[ReplyKind] = []
        self._preferred = preferred
        self.lift = sequence.lift

    def probabilities(
        self, replies: Sequence[ReplyKind], features: Mapping[str, float], terms: Collection[bytes]
    ) -> Sequence[float]:
        self.features = features
        self.possible = list(replies)
        return [float(reply is self._preferred) for reply in replies]


def open_turns(knowledge: KnowledgeBundle, talks: Talks) -> Iterator[OpenTurn]:
    """The turns to learn from, each as a knowledge decides that has not seen its conversation.

    Otherwise it would be as sure of them as it is of nothing that people will write.
    """
    for fold in folds(talks):
        pipeline = UnderstandingPipeline(unseen(knowledge.base, messages_of(fold)))
        sequence = topic_sequence(talk for file, found in talks.items() if file not in fold for talk in found)
        for file, found in fold.items():
            for talk in found:
                yield from turns_of(file, talk, replace(knowledge, interpreter=pipeline), sequence)


def turns_of(
    file: str, talk: LabelledDialog, knowledge: KnowledgeBundle, sequence: TopicSequence
) -> Iterator[OpenTurn]:
    """The turns of a conversation that have more than one possible reply; it goes on as the knowledge decides."""
    session, now = Session(), STARTED
    for number, labelled in enumerate(talk.turns):
        now += TURN_INTERVAL
        inbound = _inbound(talk, labelled, number, now)
        kept = _Recorder(ReplyKind.KEEP, sequence)
        decided = decide(inbound, session, replace(knowledge, replies=kept), now)
        if kept.possible:
            right = {ReplyKind.KEEP: _is_right(labelled, decided) or _asks_rightly(labelled, decided, knowledge)}
            for reply in kept.possible[1:]:
                forced = decide(inbound, session, replace(knowledge, replies=_Recorder(reply, sequence)), now)
                right[reply] = _is_right(labelled, forced)
            answered = decided.trace.outcome.value == "answered" and decided.trace.act != "handoff"
            yield OpenTurn(
                file=file,
                talk=talk.id,
                text=labelled.user,
                features=kept.features,
                right=right,
                answered=answered,
                grave="grave" in kept.features,
            )
        session = decide(inbound, session, knowledge, now).session


def _inbound(talk: LabelledDialog, turn: LabelledTurn, number: int, now: datetime) -> Inbound:
    return Inbound(
        channel="ask", conversation=talk.id, sender=talk.id, message_id=str(number), sent_at=now, text=turn.user
    )


def _is_right(turn: LabelledTurn, decision: Decision) -> bool:
    trace = decision.trace
    answer = Answer(outcome=trace.outcome.value, act=str(trace.act), entry=trace.entry, line=trace.line)
    return any(_fits(one, answer) for one in (turn.expect, *turn.expect.also))


def _asks_rightly(turn: LabelledTurn, decision: Decision, knowledge: KnowledgeBundle) -> bool:
    """Whether trading stands still, and it is asked about: whatever else is said would leave the number out."""
    stopped = turn.expect.act == Act.CRITICAL
    return stopped and asks_whether_stopped(knowledge.base, decision.trace.outcome, decision.session)


def _fits(expected: Expected, answer: Answer) -> bool:
    """As it is judged, but another fault than the one that is told of is wrong: people read what is said of it."""
    same = expected.act != Act.PROBLEM or None in (expected.entry, answer.entry) or expected.entry == answer.entry
    return same and Expected.fits(expected, answer)


def fit(turns: Sequence[OpenTurn], sequence: TopicSequence) -> ReplyModel:
    """Boosted trees for each reply over the turns where it was possible; `sequence` goes with them."""
    wording, told = fit_wording(turns)
    vectorizer = DictVectorizer(sparse=False)
    matrix = vectorizer.fit_transform(
        [
            {**turn.features, **dict(wording_features(PLACES, scores, turn.right))}
            for turn, scores in zip(turns, told, strict=True)
        ]
    )
    often = (matrix != 0).sum(axis=0) >= FEATURES_SEEN
    names, matrix = vectorizer.get_feature_names_out()[often], matrix[:, often]
    weights = np.array([WEIGHT_OF_REFERENCE if turn.file in REFERENCE else 1.0 for turn in turns])
    intercepts: list[float] = []
    trees: list[LevelTree] = []
    for reply in ReplyKind:
        rows = [number for number, turn in enumerate(turns) if reply in turn.right]
        known = [turns[number].right[reply] for number in rows]
        found = HistGradientBoostingClassifier(**BOOSTING).fit(matrix[rows], known, weights[rows])
        intercepts.append(round(float(found._baseline_prediction.item()), DIGITS))
        trees += [level_tree(stage[0].nodes) for stage in found._predictors]
    return ReplyModel(
        features={str(name): place for place, name in enumerate(names)},
        replies=PLACES,
        wording=wording,
        trees=boosted_trees(
            trees, first_trees=[place * TREES for place in range(len(ReplyKind))], intercepts=intercepts
        ),
        sequence=sequence,
    )


def fit_wording(turns: Sequence[OpenTurn]) -> tuple[HashedModel, Floats]:
    """What the words of the turns tell of each reply, and what it tells of each of them, (turns, replies), when the talks
    of its fold were left out."""
    matrix = wording_matrix(turns)
    folds = np.array([crc32(f"{turn.file} {turn.talk}".encode()) % WORDING_FOLDS for turn in turns])
    weights = np.zeros((WORDING_ROWS, len(PLACES)))
    intercepts, told = np.zeros(len(PLACES)), np.zeros((len(turns), len(PLACES)))
    for reply, place in PLACES.items():
        rows = np.array([number for number, turn in enumerate(turns) if reply in turn.right])
        known = np.array([turns[number].right[reply] for number in rows])
        for fold in range(WORDING_FOLDS):
            others, left_out = folds[rows] != fold, rows[folds[rows] == fold]
            if len(left_out) and (found := _logistic(matrix[rows[others]], known[others])) is not None:
                told[left_out, place] = found.decision_function(matrix[left_out])
        if (whole := _logistic(matrix[rows], known)) is not None:
            weights[:, place], intercepts[place] = whole.coef_[0], round(float(whole.intercept_[0]), DIGITS)
    scales = np.maximum(np.abs(weights).max(axis=0) / LARGEST_WEIGHT, 10**-DIGITS).round(2 * DIGITS)
    whole_numbers = np.clip(np.rint(weights / scales), -LARGEST_WEIGHT, LARGEST_WEIGHT).astype(np.int8)
    return HashedModel(weights=whole_numbers, scales=scales, intercepts=intercepts), told


def _logistic(matrix: Any, known: npt.NDArray[np.bool_]) -> LogisticRegression | None:
    """None where all turns are alike: then the words tell nothing."""
    if known.all() or not known.any():
        return None
    return LogisticRegression(C=WORDING_COST, solver="liblinear", random_state=0).fit(matrix, known)


def wording_matrix(turns: Sequence[OpenTurn]) -> Any:
    """A line for each turn, of length 1, with the same number in the rows of all terms of its wording."""
    counter = CountVectorizer(
        analyzer=lambda text: hashed_rows(wording_terms(text), WORDING_ROWS),
        vocabulary={row: row for row in range(WORDING_ROWS)},
        dtype=np.float64,
    )
    return normalize(counter.transform([turn.text for turn in turns]))


class LevelTree(NamedTuple):
    """A tree that asks DEPTH questions, (feature, threshold), on every way: see `BoostedTrees`."""

    questions: list[tuple[int, float]]
    leaves: list[float]


def level_tree(nodes: npt.NDArray[np.void]) -> LevelTree:
    """A tree of scikit-learn's histogram boosting; where it asks less, the last answer stands for all ways on."""
    level, questions = [0], []
    for _ in range(DEPTH):
        below = []
        for place in level:
            node = nodes[place]
            ends = bool(node["is_leaf"])
            questions.append(
                (0, 0.0) if ends else (int(node["feature_idx"]), round(float(node["num_threshold"]), DIGITS))
            )
            below += [place, place] if ends else [int(node["left"]), int(node["right"])]
        level = below
    return LevelTree(questions, [round(float(nodes[place]["value"]), DIGITS) for place in level])


def boosted_trees(
    trees: Sequence[LevelTree], *, first_trees: Sequence[int], intercepts: Sequence[float]
) -> BoostedTrees:
    """The trees as arrays, each question of them once."""
    questions = sorted({question for tree in trees for question in tree.questions})
    numbers = {question: number for number, question in enumerate(questions)}
    return BoostedTrees(
        features=np.array([feature for feature, _ in questions], dtype=np.intp),
        thresholds=np.array([threshold for _, threshold in questions]),
        asked=np.array([[numbers[question] for question in tree.questions] for tree in trees], dtype=np.intp),
        leaves=np.array([tree.leaves for tree in trees]),
        first_trees=np.array(first_trees, dtype=np.intp),
        intercepts=np.array(intercepts),
    )


def gains(model: ReplyScorer, turns: Sequence[OpenTurn]) -> tuple[int, int]:
    """How many turns more are right, and answered wrongly, than with what the handlers decide."""
    right = wrong = 0
    for turn in turns:
        likely = dict(
            zip(
                turn.right,
                model.probabilities(list(turn.right), turn.features, tuple(wording_terms(turn.text))),
                strict=True,
            )
        )
        chosen = max(likely, key=lambda reply: worth(reply, likely[reply], answered=turn.answered, grave=turn.grave))
        answers = turn.answered if chosen is ReplyKind.KEEP else chosen is not ReplyKind.ASK
        right += turn.right[chosen] - turn.right[ReplyKind.KEEP]
        wrong += (answers and not turn.right[chosen]) - (turn.answered and not turn.right[ReplyKind.KEEP])
    return right, wrong


def main(arguments: Sequence[str]) -> None:
    """Learn and write, or check."""
    knowledge = replace(load_knowledge(), replies=None)
    talks = learnt_talks()
    sequence = topic_sequence(talk for found in talks.values() for talk in found)
    turns = [
        *(
            turn
            for file, found in reference_talks().items()
            for talk in found
            for turn in turns_of(file, talk, knowledge, sequence)
        ),
        *open_turns(knowledge, talks),
    ]
    if "--check" in arguments:
        for file in (*REFERENCE, *talks):
            left_out = [turn for turn in turns if turn.file == file]
            right, wrong = gains(fit([turn for turn in turns if turn.file != file], sequence), left_out)
            sys.stdout.write(f"{file}: {len(left_out)} turns, {right:+d} right, {wrong:+d} answered wrongly\n")
        return
    model = fit(turns, sequence)
    MODEL_FILE.write_text(model_as_json(model), "utf-8")
    sys.stdout.write(f"{MODEL_FILE.name}: {len(turns)} turns, {len(model.trees.leaves)} trees\n")


if __name__ == "__main__":
    main(sys.argv[1:])
