"""The dialogue acts are learnt from their messages and from known questions, and told with honest probabilities."""

from dataclasses import replace

import numpy as np
import pytest

from kb.classifier import dialogue_model, trainer
from kb.classifier.dialogue_model import DialogueModel, train_dialogue
from kb.features.dataset import build_dataset
from kb.model import DialogueAct, EntryId, KnowledgeBase, Language
from kb.text.tokenize import phonetic_tokens
from kb.understanding.pipeline import UnderstandingPipeline
from tests.unit.kb.small import trainable_base

A = DialogueAct
ANGER: dict[Language, tuple[str, ...]] = {
    "lv": ("kauns par jums", "kas par murgu", "pilnīgs murgs", "kauns un negods"),
    "ru": ("какой позор", "вы издеваетесь", "позор вам всем", "полный бред"),
    "en": ("what a joke", "shame on you", "this is a joke", "what a shame", "..."),
}
NUMBER: dict[Language, tuple[str, ...]] = {
    "lv": ("kāds numurs", "iedodiet numuru", "kur zvanīt"),
    "ru": ("какой номер", "дайте номер", "куда звонить"),
    "en": ("which number", "give me the number", "where do i call"),
}


def base() -> KnowledgeBase:
    plain = trainable_base()
    return replace(plain, dialogue={A.ANGER: ANGER, A.ASK_NUMBER: NUMBER})


@pytest.fixture(scope="module")
def learnt() -> trainer.TrainedModel:
    return trainer.train(base())


def likeliest(trained: trainer.TrainedModel, text: str, *, act_bias: float = 0.0) -> tuple[DialogueAct, float]:
    assert trained.dialogue is not None
    featurizer = build_dataset(base()).featurizer
    found = trained.dialogue.probabilities([phonetic_tokens(text)], featurizer, act_bias=act_bias)
    (found,) = found
    assert float(found.sum()) == pytest.approx(1, abs=1e-5)
    return trained.dialogue.acts[int(found.argmax())], float(found.max())


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("a joke and a shame", A.ANGER),
        ("полный позор", A.ANGER),
        ("the number please", A.ASK_NUMBER),
        ("the printer does not print", A.OTHER),
        ("neviena kase nestrādā", A.OUTAGE),
        ("i want a person", A.ASK_PERSON),
        ("labdien", A.GREETING),
        ("thanks", A.THANKS),
    ],
)
def test_a_message_is_the_act_that_its_words_were_shown_with(
    learnt: trainer.TrainedModel, text: str, act: DialogueAct
) -> None:
    assert likeliest(learnt, text)[0] is act


def test_small_talk_is_an_act_of_its_own_where_it_neither_greets_nor_thanks() -> None:
    plain = base()
    other = replace(plain.directory, resolved_entry=None)
    trained = trainer.train(replace(plain, directory=other))
    assert trained.dialogue is not None
    assert A.SMALL_TALK in trained.dialogue.acts
    assert A.THANKS not in trained.dialogue.acts
    assert likeliest(trained, "thanks")[0] is A.SMALL_TALK


def test_the_directory_names_the_act_that_the_questions_of_an_entry_show() -> None:
    plain = base()
    directory = replace(plain.directory, dialogue_entries={A.CHASING: EntryId("person")})
    trained = trainer.train(replace(plain, directory=directory))
    assert likeliest(trained, "i want a person")[0] is A.CHASING


def test_a_bias_makes_acts_likelier_than_topics(learnt: trainer.TrainedModel) -> None:
    assert likeliest(learnt, "close the joke", act_bias=9.0)[0] is not A.OTHER
    assert likeliest(learnt, "what a joke", act_bias=2.0)[1] > likeliest(learnt, "what a joke")[1]


def test_a_message_that_is_shown_as_an_act_is_not_shown_as_a_topic_as_well() -> None:
    shown = {**ANGER, "en": ("how do i close the shift", *ANGER["en"])}
    trained = trainer.train(replace(base(), dialogue={A.ANGER: shown}))
    assert likeliest(trained, "how do i close the shift")[0] is A.ANGER


def test_a_content_without_acts_learns_none() -> None:
    plain = trainable_base()
    assert train_dialogue(plain, build_dataset(plain)) is None
    assert UnderstandingPipeline(plain).understand("what a joke").acts == ()


def test_the_probabilities_fit_the_messages_left_out(learnt: trainer.TrainedModel) -> None:
    """Calibration takes the slope and the bias that make the truth likeliest: none of the others is better."""
    assert learnt.dialogue is not None
    assert learnt.dialogue.slope in dialogue_model._SLOPES
    assert learnt.dialogue.other_bias in dialogue_model._OTHER_BIASES
    sharp = np.array([[4.0, 0.0], [0.0, 4.0]] * 20)
    always = dialogue_model._calibrate(["anger", "other"], sharp, ["anger", "other"] * 20)
    assert always[0] == max(dialogue_model._SLOPES), "who is always right may be sure"
    half = dialogue_model._calibrate(["anger", "other"], sharp, ["anger", "anger", "other", "other"] * 10)
    assert half[0] == min(dialogue_model._SLOPES), "who is right by chance may not"


def test_an_act_that_is_wrongly_heard_in_topics_raises_the_bias_of_none() -> None:
    scores = np.array([[0.5, 0.0]] * 30 + [[3.0, 0.0]] * 10)
    _, bias = dialogue_model._calibrate(["anger", "other"], scores, ["other"] * 30 + ["anger"] * 10)
    assert bias > 0


def test_of_very_many_messages_some_are_enough_to_calibrate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue_model, "MAX_CALIBRATION_ROWS", 4)
    scores = np.array([[4.0, 0.0], [0.0, 4.0]] * 20)
    assert dialogue_model._calibrate(["anger", "other"], scores, ["anger", "other"] * 20)[0] in dialogue_model._SLOPES


def test_the_acts_stand_in_the_order_of_the_columns() -> None:
    trained = trainer.train(base()).dialogue
    assert isinstance(trained, DialogueModel)
    assert tuple(act.value for act in trained.acts) == trained.model.labels
    assert EntryId("close") not in trained.model.labels
