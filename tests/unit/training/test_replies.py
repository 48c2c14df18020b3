"""Learning which reply to a later turn is right: what is told of each turn, and what a regression makes of it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.evaluation.dialogs import LabelledDialog
from bot.knowledge.reply_model import load_reply_model
from handlers.model.context import KnowledgeBundle
from handlers.model.reply_model import ReplyKind, ReplyModel
from kb.understanding.result import Interpretation
from tests.doubles import ScriptedInterpreter, means, small_base, small_phrases, vaguely
from tests.training.replies import OpenTurn, fit, gains, turns_of

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
    (turn,) = turns_of("file", talk("answer", "hours"), knowledge())
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
            features={"form:refers": 1.0} if refers else {"words": 1.0},
            right={reply: (reply is ReplyKind.TOPIC) == refers and reply in CHOICES for reply in ReplyKind},
            answered=False,
        )
        for refers in (True, False) * 200
    ]


CHOICES = (ReplyKind.TOPIC, ReplyKind.KEEP)


def with_both(turns: Sequence[OpenTurn]) -> list[OpenTurn]:
    """With a turn for each reply that is otherwise never right: a regression needs both."""
    always = OpenTurn(file="a", features={"words": 1.0}, right=dict.fromkeys(ReplyKind, True), answered=False)
    return [*turns, always]


def test_a_rule_is_learnt_and_gains_what_it_tells() -> None:
    turns = made_up()
    model = fit(with_both(turns))
    assert model.probability(ReplyKind.TOPIC, {"form:refers": 1.0}) > 0.8
    assert model.probability(ReplyKind.TOPIC, {"words": 1.0}) < 0.2
    assert gains(model, turns) == (200, 0)


def test_a_wrong_choice_is_counted_as_one() -> None:
    always_topic = ReplyModel(
        intercepts={reply: 9.0 if reply is ReplyKind.TOPIC else -9.0 for reply in ReplyKind},
        weights={reply: {} for reply in ReplyKind},
    )
    assert gains(always_topic, made_up()) == (0, 200)


def test_the_shipped_model_knows_every_reply_and_names_no_entry(shipped: KnowledgeBundle) -> None:
    model = load_reply_model()
    assert model.intercepts.keys() == model.weights.keys() == set(ReplyKind)
    names = {part for weights in model.weights.values() for name in weights for part in name.replace("=", " ").split()}
    assert names.isdisjoint(shipped.base.entries.keys() - {"handoff", "thanks", "greeting", "prices"})
