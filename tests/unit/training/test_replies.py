"""Learning which reply to a later turn is right: what is told of each turn, and what is learnt of it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bot.evaluation.dialogs import LabelledDialog
from bot.knowledge import reply_model
from bot.knowledge.reply_model import load_reply_model, model_as_json, model_from_json
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.reply_model import ReplyKind, ReplyModel, TopicSequence
from handlers.model.session import Session
from handlers.replies.wording import wording_terms
from handlers.router import decide
from kb.classifier.hashed_model import hashed_rows
from kb.model import EntryId
from kb.understanding.result import Interpretation
from tests.doubles import NOW, ScriptedInterpreter, means, small_base, small_phrases, vaguely
from tests.training.replies import (
    BOOSTING,
    DIGITS,
    PLACES,
    TREES,
    WORDING_COST,
    WORDING_ROWS,
    OpenTurn,
    boosted_trees,
    fit,
    fit_wording,
    gains,
    level_tree,
    turns_of,
    wording_matrix,
)

MEANINGS: dict[str, Interpretation] = {
    "hours": means("hours", language="en"),
    "hm": replace(vaguely("close", 0.1, "hours", language="en"), tokens=("hm",)),
}


def knowledge() -> KnowledgeBundle:
    return KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(MEANINGS), phrases=small_phrases())


def talk(act: str, entry: str | None) -> LabelledDialog:
    turns = [
        {"user": "hours", "expect": {"act": "answer", "entry": "hours"}},
        {"user": "hm", "expect": {"act": act, "entry": entry}},
    ]
    return LabelledDialog.model_validate({"id": "t", "lang": "en", "turns": turns})


def test_each_reply_that_a_later_turn_may_get_is_right_or_not_by_its_label() -> None:
    (turn,) = turns_of("file", talk("answer", "hours"), knowledge(), TopicSequence())
    assert turn.right == {
        ReplyKind.KEEP: False,
        ReplyKind.LINE: False,
        ReplyKind.OWN: False,
        ReplyKind.TOPIC: True,
        ReplyKind.TALK: False,
    }
    assert not turn.answered
    assert turn.features["topic=answer"] == 1.0


def made_up(file: str = "a") -> Sequence[OpenTurn]:
    """Turns whose topic is right where they refer to it, and what was decided elsewhere."""
    return [
        OpenTurn(
            file=file,
            talk=f"t{number}",
            text="and it?" if refers else "hm",
            features={"form:refers": 1.0} if refers else {"words": 1.0},
            right={reply: (reply is ReplyKind.TOPIC) == refers and reply in CHOICES for reply in ReplyKind},
            answered=False,
        )
        for number, refers in enumerate((True, False) * 200)
    ]


CHOICES = (ReplyKind.TOPIC, ReplyKind.KEEP)


def with_both(turns: Sequence[OpenTurn]) -> list[OpenTurn]:
    """With a turn for each reply that is otherwise never right: learning needs both."""
    always = OpenTurn(
        file="a", talk="t", text="", features={"words": 1.0}, right=dict.fromkeys(ReplyKind, True), answered=False
    )
    return [*turns, always]


def test_a_rule_is_learnt_and_gains_what_it_tells() -> None:
    turns = made_up()
    model = fit(with_both(turns), TopicSequence())
    topic = list(ReplyKind).index(ReplyKind.TOPIC)
    refers, other = (
        model.probabilities(list(ReplyKind), turn.features, tuple(wording_terms(turn.text)))[topic]
        for turn in turns[:2]
    )
    assert refers > 0.8
    assert other < 0.2
    assert gains(model, turns) == (200, 0)


def test_a_turn_is_told_by_words_of_other_talks_alone() -> None:
    turns = with_both(made_up())
    model, told = fit_wording(turns)
    topic = PLACES[ReplyKind.TOPIC]
    asks = [turn.text == "and it?" for turn in turns[:-1]]
    assert (told[:-1, topic] > 0).tolist() == asks
    assert (model.scores(wording_terms("and it?"))[topic] > 0, model.scores(wording_terms("hm"))[topic] > 0) == (
        True,
        False,
    )
    alone = [turn for turn in turns if turn.talk == "t0"]
    assert not fit_wording(alone)[1].any(), "where all turns are alike, words tell nothing"
    unlike = replace(turns[0], talk="x", text="quite another thing", right={ReplyKind.TOPIC: False})
    assert fit_wording([*alone, unlike])[1].tolist() == [[0.0] * len(ReplyKind)] * 2, "nothing is told by itself"


def test_weights_of_words_are_as_what_was_learnt_but_for_a_little() -> None:
    turns = [replace(turn, text=f"{turn.text} {number % 7}") for number, turn in enumerate(made_up())]
    matrix = wording_matrix(turns)
    places = hashed_rows(wording_terms(turns[0].text), WORDING_ROWS)
    assert matrix[0].nonzero()[1].tolist() == places
    assert matrix[0, places[0]] == pytest.approx(len(places) ** -0.5)
    known = [turn.right[ReplyKind.TOPIC] for turn in turns]
    whole = LogisticRegression(C=WORDING_COST, solver="liblinear", random_state=0).fit(matrix, known)
    model = fit_wording(turns)[0]
    found = [model.scores(wording_terms(turn.text))[PLACES[ReplyKind.TOPIC]] for turn in turns]
    assert np.array(found) == pytest.approx(whole.decision_function(matrix), abs=0.05)


@dataclass
class Scores:
    """Finds each reply as likely right as it is told."""

    known: Mapping[ReplyKind, float]

    def lift(self, topic: EntryId, entry: EntryId) -> float:
        return 0.0

    def probabilities(
        self, replies: Sequence[ReplyKind], features: Mapping[str, float], terms: Collection[bytes]
    ) -> Sequence[float]:
        return [self.known[reply] for reply in replies]


def test_a_wrong_choice_is_counted_as_one() -> None:
    always_topic = Scores({reply: float(reply is ReplyKind.TOPIC) for reply in ReplyKind})
    assert gains(always_topic, made_up()) == (0, 200)


def test_the_shipped_model_knows_every_reply_and_names_no_entry(shipped: KnowledgeBundle) -> None:
    model = load_reply_model()
    assert model.replies.keys() == set(ReplyKind)
    names = {part for name in model.features for part in re.split("[=:]", name)}
    assert names.isdisjoint(shipped.base.entries.keys() - {"handoff", "thanks", "greeting", "prices"})


def test_what_is_written_is_read_again() -> None:
    sequence = TopicSequence(
        lifts={EntryId("a"): {EntryId("b"): 1.5}, EntryId("b"): {}}, unseen={EntryId("a"): -0.5, EntryId("b"): -1.0}
    )
    model = fit(with_both(made_up()), sequence)
    again = model_from_json(model_as_json(model))
    assert (again.features, again.replies, again.sequence) == (model.features, model.replies, sequence)
    for features in ({"form:refers": 1.0}, {"words": 1.0}, {}):
        for terms in ((), (b"?", b"word:it")):
            read = again.probabilities(list(ReplyKind), features, terms)
            assert read == model.probabilities(list(ReplyKind), features, terms)


def test_the_trees_add_up_to_what_scikit_learn_says() -> None:
    numbers = np.random.default_rng(1)
    matrix = numbers.integers(0, 20, (900, 5)) / 20
    known = (matrix[:, 0] > 0.4) ^ (matrix[:, 1] + matrix[:, 2] > 1.1) ^ (numbers.random(900) < 0.1)
    trained = HistGradientBoostingClassifier(**BOOSTING).fit(matrix, known)
    found = [level_tree(stage[0].nodes) for stage in trained._predictors]
    trees = boosted_trees(found, first_trees=[0], intercepts=[trained._baseline_prediction.item()])
    ours = np.array([trees.sums(row)[0] for row in matrix[:200]])
    assert ours == pytest.approx(trained.decision_function(matrix[:200]), abs=TREES * 10**-DIGITS)


def test_a_first_message_reads_no_model(shipped: KnowledgeBundle, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[ReplyModel] = []

    def load() -> ReplyModel:
        read.append(load_reply_model())
        return read[-1]

    monkeypatch.setattr(reply_model, "load_reply_model", load)
    session = Session()
    for text, has_read in (("kā atvērt maiņu", False), ("un kā aizvērt", True)):
        inbound = Inbound(channel="c", conversation="c", sender="s", message_id=text, sent_at=NOW, text=text)
        session = decide(inbound, session, shipped, NOW).session
        assert bool(read) is has_read
