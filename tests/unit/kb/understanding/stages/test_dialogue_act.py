"""The dialogue acts of a message, likeliest first; in a conversation a message is an act more easily."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from kb.classifier.calibration import Scores
from kb.classifier.dialogue_model import DialogueModel
from kb.classifier.linear_model import LinearModel
from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.model import DialogueAct
from kb.understanding.stages.dialogue_act import DetectDialogueAct
from tests.unit.kb.understanding.scripted import CUES, key, reading

READER = Featurizer(Lexicon(()))
ACTS = (DialogueAct.THANKS, DialogueAct.ANGER, DialogueAct.OTHER, DialogueAct.DETAIL, DialogueAct.AGREE)


@dataclass(frozen=True, kw_only=True)
class ScriptedDialogueModel(DialogueModel):
    """Tells the same probabilities always, and notes what it is asked."""

    told: tuple[float, ...]
    clauses: dict[str, tuple[float, ...]]
    asked: list[tuple[str, float]]

    def probabilities(self, texts: Any, featurizer: Featurizer, *, act_bias: float = 0.0) -> Scores:
        """As told."""
        self.asked.extend((" ".join(tokens), act_bias) for tokens in texts)
        return np.array([self.clauses.get(" ".join(tokens), self.told) for tokens in texts])


def model(
    *told: float, acts: tuple[DialogueAct, ...] = ACTS, clauses: dict[str, tuple[float, ...]] | None = None
) -> ScriptedDialogueModel:
    labels = tuple(act.value for act in acts)
    linear = LinearModel(labels=labels, terms={}, features={}, weights=np.zeros((1, 6), np.float16), unseen_norm=1.0)
    return ScriptedDialogueModel(model=linear, slope=1.0, other_bias=0.0, told=told, clauses=clauses or {}, asked=[])


def test_the_likeliest_three_are_told_unless_they_are_hardly_likely() -> None:
    found = DetectDialogueAct(model(0.2, 0.5, 0.1, 0.06, 0.14), READER, CUES)(reading("what a joke"))
    assert [(act, confidence) for act, confidence in found.acts] == [
        (DialogueAct.ANGER, 0.5),
        (DialogueAct.THANKS, 0.2),
        (DialogueAct.AGREE, 0.14),
    ]
    found = DetectDialogueAct(model(0.02, 0.95, 0.03, 0, 0), READER, CUES)(reading("what a joke"))
    assert [act for act, _ in found.acts] == [DialogueAct.ANGER]


def test_who_greets_and_asks_to_be_helped_only_greets() -> None:
    acts = (*ACTS[:4], DialogueAct.GREETING)
    asked = model(0.2, 0.5, 0.1, 0.06, 0.14, acts=acts)
    stage = DetectDialogueAct(asked, READER, CUES)
    for text in ("hello", "Good morning, please"):
        assert stage(reading(text)).acts == ((DialogueAct.GREETING, 0.95),)
    assert stage(reading("hello it broke")).acts[0].act is DialogueAct.ANGER
    assert stage(reading("please")).acts[0].act is DialogueAct.ANGER
    without = DetectDialogueAct(model(0.2, 0.5, 0.1, 0.06, 0.14), READER, CUES)
    assert without(reading("hello")).acts[0].act is DialogueAct.ANGER


def test_a_question_mark_is_a_part_of_what_is_said() -> None:
    asked = model(0.2, 0.5, 0.1, 0.06, 0.14)
    stage = DetectDialogueAct(asked, READER, CUES)
    stage(reading("he comes"))
    stage(reading("he comes?"))
    assert [said for said, _ in asked.asked] == [key("he comes"), f"{key('he comes')} ?"]


def test_what_a_clause_does_is_heard_in_a_longer_message() -> None:
    acts = (DialogueAct.OUTAGE, DialogueAct.ANGER, DialogueAct.OTHER, DialogueAct.DETAIL, DialogueAct.AGREE)
    asked = model(0.2, 0.1, 0.6, 0.1, 0, acts=acts, clauses={key("sales have stopped"): (0.8, 0.9, 0, 0, 0)})
    found = DetectDialogueAct(asked, READER, CUES)(reading("fiscal error, sales have stopped"))
    assert found.acts[0] == (DialogueAct.OUTAGE, 0.72)
    assert dict(found.acts)[DialogueAct.ANGER] == 0.1
    alone = DetectDialogueAct(asked, READER, CUES)(reading("error, sales have"))
    assert alone.acts[0] == (DialogueAct.OTHER, 0.6)


@pytest.mark.parametrize(
    ("text", "likeliest"),
    [
        ("bar till died, we use the hall one", DialogueAct.PARTLY),
        ("we use the hall one, bar till died", DialogueAct.OUTAGE),
        ("nobody can sell, we use the hall one", DialogueAct.OUTAGE),
        ("bar till died, so it is", DialogueAct.OUTAGE),
    ],
)
def test_what_goes_on_sets_right_what_was_said_before_it(text: str, likeliest: DialogueAct) -> None:
    acts = (DialogueAct.OUTAGE, DialogueAct.PARTLY, DialogueAct.WORKS_AGAIN, DialogueAct.OTHER, DialogueAct.AGREE)
    clauses: dict[str, tuple[float, ...]] = {
        key("bar till died"): (0.9, 0.05, 0, 0.05, 0),
        key("we use the hall one"): (0.05, 0.7, 0.2, 0.05, 0),
        key("nobody can sell"): (0.98, 0.01, 0, 0.01, 0),
        key("so it is"): (0.1, 0.1, 0.1, 0.4, 0.3),
    }
    asked = model(0.6, 0.3, 0, 0.1, 0, acts=acts, clauses=clauses)
    assert DetectDialogueAct(asked, READER, CUES)(reading(text)).acts[0].act is likeliest


def test_where_stopped_trading_or_what_goes_on_is_no_act_nothing_is_set_right() -> None:
    for acts in (ACTS, (DialogueAct.OUTAGE, *ACTS[1:])):
        asked = model(0.2, 0.5, 0.1, 0.06, 0.14, acts=acts)
        assert DetectDialogueAct(asked, READER, CUES)(reading("what a joke, is it")).acts[0].act is DialogueAct.ANGER


def test_politeness_is_left_out_and_a_conversation_leans_to_acts() -> None:
    asked = model(0.2, 0.5, 0.3, 0, 0)
    stage = DetectDialogueAct(asked, READER, CUES)
    stage(reading("could you help please with this"))
    stage(reading("with this", after="hours"))
    assert asked.asked == [(key("with this"), 0.0), (key("with this"), 1.0)]


def test_a_content_without_acts_tells_none() -> None:
    before = reading("what a joke")
    assert DetectDialogueAct(None, READER, CUES)(before) is before


def test_a_known_question_is_about_its_topic_alone() -> None:
    before = reading("what a joke", exact="close")
    assert DetectDialogueAct(model(1, 0, 0, 0, 0), READER, CUES)(before) is before
