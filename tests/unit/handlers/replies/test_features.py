"""What the choice of a reply is told of a turn: names with values, never an entry or a word of the message."""

import re

from handlers.model.reply_model import ReplyKind, ReplyModel
from kb.model import DialogueAct
from kb.understanding.result import Interpretation
from tests.doubles import Dialog, PreferredReply, means, small_base, vaguely

MEANINGS: dict[str, Interpretation] = {
    "hours": means("hours", language="en"),
    "printer": means("printer", language="en"),
    "and what of it there 5?": vaguely("hours", 0.4, "close", language="en"),
    "quietly": Interpretation(outcome=vaguely("hours", 0.1).outcome, language="en"),
}


def features(*said: str, leaning: tuple[str, ...] = ()) -> dict[str, float]:
    scorer = PreferredReply(ReplyKind.KEEP)
    one = Dialog(
        MEANINGS,
        acts={"quietly": DialogueAct.OTHER, "a person please": DialogueAct.ASK_PERSON},
        leaning=leaning,
        replies=scorer,
    ).speaks("en")
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
    assert found["form:asks topic=answer"] == 1.0


def test_what_the_words_mean_alone_is_told_beside_what_they_lean_on() -> None:
    found = features("hours", "and what of it there 5?", leaning=("and what of it there 5?",))
    assert found["leans"] == found["leaning=answer"] == found["own=answer"] == 1.0
    assert "leaning=answer" not in features("hours", "and what of it there 5?")


def test_where_no_entry_is_talked_about_nothing_is_told_of_one() -> None:
    found = features("a person please", "and what of it there 5?")
    assert found["topic=none"] == found["own=answer"] == 1.0
    assert "own:topic_among" not in found


def test_what_is_not_so_is_no_feature() -> None:
    found = features("printer", "quietly")
    assert all(found.values())
    assert not any(name.startswith(("own", "form:asks")) for name in found)


def test_no_feature_names_an_entry_or_a_word_of_the_message() -> None:
    names = {word for name in features("hours", "and what of it there 5?") for word in re.findall(r"\w+", name)}
    assert names.isdisjoint({*small_base().entries, "what", "there", "it"})


def test_the_model_adds_up_what_it_knows_and_leaves_out_what_it_does_not() -> None:
    model = ReplyModel(intercepts={"own": 0.0}, weights={"own": {"words": 2.0, "digits": -1.0}})
    assert model.probability(ReplyKind.OWN, {"unheard of": 1.0}) == 0.5
    assert model.probability(ReplyKind.OWN, {"words": 0.5, "digits": 1.0}) == 0.5
    assert model.probability(ReplyKind.OWN, {"words": 1.0}) > 0.85
