"""Learning questions of entries from labelled conversations: which messages are taken, and which are left out."""

import pytest

from bot.evaluation.dialogs import LabelledDialog
from kb.model import EntryId, Language
from kb.understanding.result import Candidate, Interpretation, Outcome
from tests.training.conversations import REFERENCE, folds, key_of, learnt_talks, messages_of, reference_talks, unseen
from tests.training.questions import (
    KNOWN,
    MIN_SHARE,
    Question,
    checked,
    learnable,
    measuring_messages,
    new_to,
    questions_of,
    unambiguous,
    with_questions,
)
from tests.unit.kb.small import trainable_base

LABELS = {
    "hours": {"act": "answer", "entry": "hours"},
    "close": {"act": "answer", "entry": "close"},
    "dead": {"act": "critical", "entry": "dead"},
    "person": {"act": "handoff", "entry": "person"},
    "line": {"act": "answer", "entry": "line-technical"},
    "what": {"act": "clarify", "entry": None},
    "thanks": {"act": "talk", "entry": "thanks"},
}


def talk(*turns: tuple[str, str], lang: str = "en", name: str = "t") -> LabelledDialog:
    said = [{"user": text, "expect": LABELS[label]} for text, label in turns]
    return LabelledDialog.model_validate({"id": name, "lang": lang, "turns": said})


def taken(*turns: tuple[str, str], lang: str = "en") -> list[tuple[str, str, bool]]:
    return [(one.id, one.text, one.alone) for one in questions_of(talk(*turns, lang=lang))]


def asked(entry: str, text: str, *, alone: bool = False) -> Question:
    return Question(entry, Language("en"), text, alone)


def understood(*candidates: tuple[str, float], terms: int) -> Interpretation:
    found = tuple(Candidate(entry=EntryId(entry), confidence=confidence) for entry, confidence in candidates)
    return Interpretation(outcome=Outcome.CLARIFIED, candidates=found, terms=tuple("abcdef"[:terms]))


def test_what_opens_a_talk_and_what_is_said_of_a_topic_may_be_questions_of_it() -> None:
    assert taken(("when do you open", "hours"), ("and how do i close the shift", "close")) == [
        ("hours", "when do you open", True),
        ("close", "and how do i close the shift", False),
    ]


def test_what_has_no_entry_or_is_small_talk_is_no_question() -> None:
    assert taken(("hm", "what"), ("thank you all", "thanks")) == []


def test_a_person_or_a_number_wanted_later_is_told_by_dialogue_acts() -> None:
    assert taken(("a person", "person"), ("a person now", "person"), ("which number", "line")) == [
        ("person", "a person", True)
    ]


def test_details_of_stopped_trading_are_no_questions_of_it() -> None:
    assert taken(("hours please", "hours"), ("the till is dead", "dead"), ("at the bar", "dead")) == [
        ("hours", "hours please", True),
        ("dead", "the till is dead", True),
    ]


@pytest.mark.parametrize("text", ["call me at 2000 0001", "write to me@example.com", " ".join(["word"] * 60)])
def test_what_names_somebody_or_is_a_story_is_left_out(text: str) -> None:
    assert taken((text, "hours")) == []


def test_a_talk_in_several_languages_teaches_none() -> None:
    assert taken(("when do you open", "hours"), lang="mix") == []


def test_what_is_said_of_two_entries_is_left_out_and_the_rest_taken_once() -> None:
    one, again, other = asked("hours", "When open?"), asked("hours", "when open"), asked("close", "when closed")
    assert list(unambiguous([one, again, other])) == [one, other]
    assert list(unambiguous([one, asked("close", "when open")])) == []
    assert list(unambiguous([asked("hours", "?!")])) == []


def test_a_label_that_is_possible_is_learnt_from_if_the_message_tells_enough() -> None:
    later, first = asked("hours", "x"), asked("hours", "x", alone=True)
    assert learnable(later, understood(("close", 0.6), ("hours", 0.2), terms=3)) == later
    assert learnable(later, understood(("close", 0.6), ("hours", 0.2), terms=2)) is None
    assert learnable(first, understood(("hours", 0.2), terms=2)) == first
    assert learnable(first, understood(("hours", 0.2), terms=1)) is None


@pytest.mark.parametrize(
    "found",
    [
        understood(("close", 0.9), terms=4),
        understood(("close", 0.9), ("hours", 0.9 * MIN_SHARE - 0.01), terms=4),
        understood(("hours", KNOWN), terms=4),
        understood(terms=4),
    ],
    ids=["impossible", "unlikely", "well known", "nothing"],
)
def test_a_label_that_is_likelier_wrong_or_well_known_is_not_learnt_from(found: Interpretation) -> None:
    assert learnable(asked("hours", "x"), found) is None


def test_of_the_right_entries_the_likeliest_is_taught() -> None:
    question = asked("hours", "x", alone=True)._replace(others=("desk",))
    found = learnable(question, understood(("desk", 0.5), ("hours", 0.3), terms=4))
    assert found is not None
    assert found.id == "desk"


def test_other_right_entries_of_the_same_act_are_told() -> None:
    also = [LABELS["close"], LABELS["person"], LABELS["line"], LABELS["what"]]
    turn = {"user": "when is it over", "expect": {"act": "answer", "entry": "hours", "also": also}}
    (question,) = questions_of(LabelledDialog.model_validate({"id": "t", "lang": "en", "turns": [turn]}))
    assert question.others == ("close",)


def test_content_can_be_had_with_more_questions_and_without_what_was_said() -> None:
    more = with_questions(trainable_base(), [asked("hours", "are you there on sundays")])
    assert "are you there on sundays" in more.entries[EntryId("hours")].questions["en"]
    assert unseen(more, ["ARE you there on Sundays?"]).entries == trainable_base().entries


def test_a_message_is_judged_by_what_the_other_files_taught() -> None:
    talks = {
        "a": [talk(("when is the office open on sundays", "hours"))],
        "b": [talk(("working hours when office open on holidays", "hours"))],
    }
    assert list(folds(talks)) == [{"a": talks["a"]}, {"b": talks["b"]}]
    # The second one is known as well as can be once the first one was learnt.
    assert [question.text for question in checked(trainable_base(), talks)] == ["when is the office open on sundays"]


def test_what_measures_the_bot_is_not_learnt() -> None:
    copied, new = asked("hours", "until when are you open today"), asked("hours", "is anybody there at five")
    assert new_to(["Until when are you open today?"], [copied, new], trainable_base()) == [new]


def test_files_that_measure_are_none_that_are_learnt_from() -> None:
    assert set(reference_talks()) == set(REFERENCE)
    assert not set(REFERENCE) & set(learnt_talks())
    measures = set(map(key_of, measuring_messages()))
    assert {key_of(text) for text in messages_of(reference_talks())} <= measures
