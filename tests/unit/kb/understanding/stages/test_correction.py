"""A message that sets right what was understood is the message before with the right words in it."""

import pytest

from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.model import DialogueAct
from kb.understanding.reading import Reading
from kb.understanding.result import ActCandidate
from kb.understanding.stages.correction import (
    MAX_WORDS,
    TERM_WEIGHT,
    RewriteCorrection,
    TurnCorrection,
    find_correction,
    rewritings,
)
from kb.understanding.stages.dialogue_act import DetectDialogueAct
from tests.unit.kb.understanding.scripted import CUES, ScriptedRanker, entries, key, reading

TERMS = (key("shift"),)
SAID = tuple(key("kitchen printer dead").split())
FAULT = (ActCandidate(DialogueAct.DEVICE_FAULT, 0.9),)


class ScriptedDetector(DetectDialogueAct):
    """Says of all tokens that they tell of a fault."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def of_tokens(self, tokens: list[str], reading: Reading) -> tuple[ActCandidate, ...]:
        """A fault; the tokens are noted."""
        self.asked.append(" ".join(tokens))
        return FAULT


def stage(ranker: ScriptedRanker, detector: ScriptedDetector | None = None) -> RewriteCorrection:
    return RewriteCorrection(ranker, CUES, detector or ScriptedDetector())


@pytest.mark.parametrize(
    ("text", "meant", "unmeant"),
    [
        ("no, the kitchen", "the kitchen", ""),
        ("oh no - the kitchen", "the kitchen", ""),
        ("I meant the kitchen", "the kitchen", ""),
        ("not that the kitchen", "the kitchen", ""),
        ("not the refund, the kitchen", "the kitchen", "the refund"),
        ("нет, не возврат, а скидку", "скидку", "возврат"),
        ("the kitchen, i mean", "the kitchen", ""),
        ("the kitchen rather than bar", "the kitchen", "rather than bar"),
        ("z, not x", "z", "x"),
        ("z, nevis x", "z", "nevis x"),
        ("sorry, the kitchen", "the kitchen", ""),
        ("ой, закрыть", "закрыть", ""),
        ("уход, сорри", "уход", ""),
        ("sorry, close i mean", "close", ""),
    ],
)
def test_what_is_meant_is_parted_from_what_is_not(text: str, meant: str, unmeant: str) -> None:
    found = find_correction(reading(text), CUES)
    assert found is not None
    assert (" ".join(found.meant), " ".join(found.unmeant)) == (key(meant), key(unmeant))


@pytest.mark.parametrize(
    "text", ["the kitchen", "why not us?", "no, ь", "sorry", "ь, not x", "we do not print here now"]
)
def test_other_messages_set_nothing_right(text: str) -> None:
    assert find_correction(reading(text), CUES) is None


def test_what_is_not_meant_gives_way_in_the_message_before() -> None:
    said = ["how", "to", "give", "discount"]
    assert list(rewritings(said, TurnCorrection(meant=("refund",), unmeant=("discounts",)))) == [
        ["how", "to", "give", "refund"]
    ]


def test_a_word_that_both_share_may_stay() -> None:
    said = ["card", "not", "taken"]
    correction = TurnCorrection(meant=("waiter",), unmeant=("bank", "card"))
    assert list(rewritings(said, correction)) == [["waiter", "not", "taken"], ["waiter", "card", "not", "taken"]]


def test_what_is_not_meant_and_was_not_said_stood_in_the_answer() -> None:
    said = tuple(key("till refuses her").split())
    assert list(rewritings(said, TurnCorrection(meant=("card",), unmeant=("pin",)))) == [[*said, "card"]]
    ranker = ScriptedRanker(expanded={"card": ("hello", 0.2)}, meanings={"till refuses her card": ("printer", 0.8)})
    found = stage(ranker)(reading("not pin, card", ("close", 0.9), after="printer", terms=TERMS, said=said))
    assert entries(found)[0] == "printer"
    assert {call.excluded for call in ranker.calls} == {None}


def test_each_word_or_two_gives_way_where_it_is_not_said_which() -> None:
    assert list(rewritings(["drawer", "wont", "open"], TurnCorrection(meant=("shift",)))) == [
        ["shift", "wont", "open"],
        ["drawer", "shift", "open"],
        ["drawer", "wont", "shift"],
        ["shift", "open"],
        ["drawer", "shift"],
    ]
    assert list(rewritings(["drawer"], TurnCorrection(meant=("shift",)))) == []


def test_the_message_before_is_ranked_as_it_is_set_right_and_not_as_the_entry_given() -> None:
    ranker, detector = ScriptedRanker(expanded={"bar printer dead": ("scanner", 0.8)}), ScriptedDetector()
    found = stage(ranker, detector)(reading("no, bar", ("close", 0.9), after="printer", terms=TERMS, said=SAID))
    assert entries(found)[0] == "scanner"
    assert " ".join(found.tokens) == key("bar printer dead")
    assert (found.leans, found.corrects, found.acts) == (False, True, FAULT)
    assert detector.asked == [key("bar printer dead")]
    assert {call.excluded for call in ranker.calls} == {"printer"}


def test_what_is_meant_counts_with_the_terms_before_it_but_for_what_is_not_meant() -> None:
    ranker = ScriptedRanker(expanded={"bar": ("hello", 0.4)})
    found = stage(ranker)(reading("not the shift, bar", ("close", 0.9), after="close", terms=(*TERMS, "open")))
    assert entries(found)[0] == "hello"
    assert ranker.calls[0].context_terms == {"open": TERM_WEIGHT}


def test_what_was_said_of_a_fault_is_likelier_of_another_fault() -> None:
    meanings = {"bar": ("hello", 0.5), "bar printer dead": ("scanner", 0.4)}
    for after, expected in (("printer", "scanner"), ("close", "hello")):
        found = stage(ScriptedRanker(expanded=meanings))(reading("no, bar", after=after, terms=TERMS, said=SAID))
        assert entries(found)[0] == expected


def test_another_act_is_no_rewriting() -> None:
    detector = ScriptedDetector()
    before = reading("no, call me", ("close", 0.9), after="close", terms=TERMS, said=SAID)
    surely = before._replace(acts=(ActCandidate(DialogueAct.ASK_PERSON, 0.9),))
    found = stage(ScriptedRanker(expanded={"call me": ("human", 0.9)}), detector)(surely)
    assert (found.acts, found.corrects, detector.asked) == (surely.acts, True, [])
    for acts in ((ActCandidate(DialogueAct.ASK_PERSON, 0.2),), ()):
        assert stage(ScriptedRanker(), detector)(before._replace(acts=acts)).acts == FAULT


def test_a_long_rewriting_is_none() -> None:
    said = ("one", *["word"] * MAX_WORDS, "more")
    detector = ScriptedDetector()
    stage(ScriptedRanker(), detector)(reading("no, bar and kitchen and more", after="close", said=said))
    assert detector.asked == []


def test_without_a_turn_before_and_in_other_messages_nothing_is_set_right() -> None:
    for before in (
        reading("no, bar", ("desk", 0.1), said=SAID),
        reading("no, bar", ("desk", 0.1), after="close", exact="desk"),
        reading("bar", ("desk", 0.1), after="close"),
        reading("no, i would like to say a word about the kitchen", ("desk", 0.1), after="close"),
    ):
        assert stage(ScriptedRanker())(before) is before


def test_without_a_model_of_acts_those_of_the_message_stay() -> None:
    before = reading("no, bar", after="close")._replace(acts=FAULT)
    assert DetectDialogueAct(None, Featurizer(Lexicon(())), CUES).of_tokens(["bar"], before) == FAULT
