"""What the choice of a reply is told of a turn: names with values, never an entry or a word of the message."""

import re
from collections.abc import Mapping

import numpy as np

from handlers.model.reply_model import ReplyKind, ReplyModel
from kb.classifier.boosted_trees import BoostedTrees
from kb.classifier.hashed_model import HashedModel, hashed_rows
from kb.model import DialogueAct
from kb.understanding.result import Interpretation, Passage
from tests.doubles import Dialog, PreferredReply, means, small_base, vaguely

MEANINGS: dict[str, Interpretation] = {
    "hours": means("hours", language="en"),
    "printer": means("printer", language="en"),
    "and what of it there 5?": vaguely("hours", 0.4, "close", language="en"),
    "hours or a printer": means("hours", "printer", language="en", confidence=0.4),
    "quietly": Interpretation(outcome=vaguely("hours", 0.1).outcome, language="en"),
}


def features(
    *said: str, leaning: tuple[str, ...] = (), passages: Mapping[str, Passage] | None = None
) -> dict[str, float]:
    scorer = PreferredReply(ReplyKind.KEEP)
    one = Dialog(
        MEANINGS,
        acts={"quietly": DialogueAct.OTHER, "a person please": DialogueAct.ASK_PERSON},
        leaning=leaning,
        replies=scorer,
    ).speaks("en")
    one.interpreter.passages = passages or {}
    for text in said:
        one.says(text)
    return dict(scorer.features)


def test_form_meaning_and_talk_are_told() -> None:
    found = features("hours", "and what of it there 5?")
    assert {name: found[name] for name in ("form:asks", "form:opens_on", "form:refers", "digits", "words=6")} == {
        "form:asks": 1.0,
        "form:opens_on": 1.0,
        "form:refers": 1.0,
        "digits": 1.0,
        "words=6": 1.0,
    }
    assert found["own=answer"] == found["own:is_topic"] == found["topic=answer"] == found["last=answer"] == 1.0
    assert found["own:topic_confidence"] == 0.4


def test_what_else_the_words_may_mean_is_told_by_kind() -> None:
    found = features("hours", "hours or a printer")
    assert found["own2=problem"] == found["own:repeats"] == 1.0
    assert found["own:all:answer"] == found["own:all:problem"] == found["own2:confidence"] == 0.4


def test_what_the_words_mean_alone_is_told_beside_what_they_lean_on() -> None:
    found = features("hours", "and what of it there 5?", leaning=("and what of it there 5?",))
    assert found["leans"] == found["leaning=answer"] == found["own=answer"] == 1.0
    assert "leaning=answer" not in features("hours", "and what of it there 5?")


def test_where_no_entry_is_talked_about_nothing_is_told_of_one() -> None:
    found = features("a person please", "and what of it there 5?")
    assert found["topic=none"] == found["own=answer"] == 1.0
    assert "own:topic_among" not in found


def test_how_much_of_what_is_asked_stands_in_the_answer_before_is_told() -> None:
    said = "and what of it there 5?"
    sentence = {said: Passage(text="There are five.", share=0.4)}
    assert features("hours", said, passages=sentence)["topic:passage"] == 0.4
    assert "topic:passage" not in features("hours", said), "nothing of it"
    assert "topic:passage" not in features("a person please", said, passages=sentence), "of no topic"


def test_what_is_not_so_is_no_feature() -> None:
    found = features("printer", "quietly")
    assert all(found.values())
    assert not any(name.startswith(("own", "form:asks")) for name in found)


def test_no_feature_names_an_entry_or_a_word_of_the_message() -> None:
    names = {word for name in features("hours", "and what of it there 5?") for word in re.findall(r"\w+", name)}
    assert names.isdisjoint({*small_base().entries, "what", "there", "it"})


def test_the_model_asks_for_what_it_knows_and_takes_what_a_turn_lacks_for_nothing() -> None:
    model = one_question("digits", yes=2.0, no=-2.0)
    assert model.probabilities([ReplyKind.OWN], {"unheard of": 1.0}, ()) == model.probabilities([ReplyKind.OWN], {}, ())
    sure, unsure = (model.probabilities([ReplyKind.OWN], {"digits": value}, ())[0] for value in (1.0, 0.0))
    assert sure > 0.85
    assert unsure < 0.15


def one_question(feature: str, *, yes: float, no: float) -> ReplyModel:
    """A model of one tree, which asks for one feature."""
    trees = BoostedTrees(
        features=np.array([0]),
        thresholds=np.array([0.5]),
        asked=np.array([[0]]),
        leaves=np.array([[no, yes]]),
        first_trees=np.array([0]),
        intercepts=np.array([0.0]),
    )
    return ReplyModel(features={feature: 0}, replies={ReplyKind.OWN: 0}, trees=trees, wording=only(b"word:yes"))


def only(term: bytes) -> HashedModel:
    """A model for which one term tells of the reply, and every other against it."""
    weights = np.full((2**14, 1), -10, dtype=np.int8)
    weights[hashed_rows([term], len(weights))] = 10
    return HashedModel(weights=weights, scales=np.array([0.1]), intercepts=np.array([0.0]))


def test_what_the_words_say_is_asked_for_like_any_feature() -> None:
    model = one_question("wording:own", yes=2.0, no=-2.0)
    fits, other = (model.probabilities([ReplyKind.OWN], {}, [term])[0] for term in (b"word:yes", b"word:no"))
    assert fits > 0.85
    assert other < 0.15
