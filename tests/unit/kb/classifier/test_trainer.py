"""The parts that a matcher is made of: concepts, sums, training, calibration, mending, the nearest question."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest

from kb.classifier.calibration import (
    DEFAULT_COEFFICIENTS,
    MAX_LOGIT,
    OUT_OF_SCOPE_SHARE,
    Calibration,
    Columns,
    calibration_features,
    fit_calibration,
    scope_weights,
)
from kb.classifier.linear_model import fit
from kb.classifier.scorer import IntentClassifier
from kb.features.dataset import build_dataset
from kb.features.design_matrix import build_design_matrix
from kb.features.featurizer import Featurizer, is_word
from kb.features.lexicon import Lexicon
from kb.features.sparse import Floats
from kb.model import EntryId, SynonymSet
from kb.text.tokenize import phonetic_tokens
from kb.understanding.explanation import NearestQuestion
from tests.doubles import small_base
from tests.unit.kb.small import CONCEPTS


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon(CONCEPTS)


def test_a_word_stands_for_its_concepts(lexicon: Lexicon) -> None:
    assert lexicon.of_word("printer") == ("printer",)
    assert lexicon.of_word("printeris") == ("printer",)
    assert lexicon.of_word("kasei") == ("till",)
    assert lexicon.of_word("til") == ("till",)
    assert lexicon.of_word("tilt") == ()


def test_several_words_stand_for_a_concept(lexicon: Lexicon) -> None:
    assert lexicon.of_phrases(phonetic_tokens("принтер не печатает")) == ("broken",)
    assert lexicon.of_phrases(phonetic_tokens("our receipt machines")) == ("printer",)
    assert lexicon.of_phrases(phonetic_tokens("does not")) == ()
    assert lexicon.of_phrases(phonetic_tokens("не печатать")) == ()


@pytest.mark.parametrize("said", ["garantija", "garantijā", "garantiju", "bez garantijas", "garantijai"])
def test_a_beginning_is_met_though_its_glide_falls_out(said: str) -> None:
    lexicon = Lexicon(
        [
            SynonymSet(id="warranty", forms={"lv": ("garantij*",), "ru": (), "en": ()}),
            SynonymSet(id="unwarranted", forms={"lv": ("bez garantij*",), "ru": (), "en": ()}),
        ]
    )
    words = phonetic_tokens(said)
    assert lexicon.of_word(words[-1]) == ("warranty",)
    assert lexicon.of_phrases(words) == (("unwarranted",) if len(words) > 1 else ())
    assert lexicon.of_word("garantnis") == ()


def test_a_message_is_read_as_words_concepts_denials_and_pairs(lexicon: Lexicon) -> None:
    reader = Featurizer(lexicon)
    units = reader.terms(phonetic_tokens("принтер не печатает 24"))
    assert [unit for unit in units if is_word(unit)] == ["printer", "ne", "pecataet", "24"]
    others = [unit for unit in units if isinstance(unit, str) and not is_word(unit)]
    assert others[:2] == ["c:broken", "n:pecat"]
    assert others[2:] == ["b:^ print", "b:print ne", "b:ne pecat", "b:pecat 24", "b:24 $"]
    assert len([unit for unit in units if isinstance(unit, int)]) == 1
    assert reader.features("24") == ["w:24"]
    assert reader.features("n:pecat") == ["n:pecat"]
    assert "c:printer" in reader.features("printer")


def test_what_stands_in_one_message_only_is_a_unit_if_it_is_a_word(lexicon: Lexicon) -> None:
    read = build_design_matrix(
        [phonetic_tokens("принтер не печатает"), phonetic_tokens("принтер")], Featurizer(lexicon)
    )
    assert set(read.terms) == {"printer", "ne", "pecataet", "b:^ print"}


def test_training_tells_labels_apart_and_knows_how_hard_it_was(lexicon: Lexicon) -> None:
    reader = Featurizer(lexicon)
    said = [phonetic_tokens(text) for text in ("printer broken", "printer bad", "shift close", "shift open")]
    model, held_out = fit(said, ["a", "a", "b", "b"], reader)
    scores, repairs = IntentClassifier(model, reader, {word: 1 for words in said for word in words}).scores(
        phonetic_tokens("prnter")
    )
    assert model.labels == ("a", "b")
    assert scores[0] > scores[1]
    assert repairs == ("prnter → printer",)
    assert held_out.shape == (4, 2)


def test_many_messages_leave_rare_features_out(lexicon: Lexicon) -> None:
    messages = [["often"]] * 2001 + [["seldom"]]
    assert "w:seldom" not in build_design_matrix(messages, Featurizer(lexicon)).features


def test_what_scores_nothing_gets_no_score(lexicon: Lexicon) -> None:
    reader = Featurizer(lexicon)
    model, _ = fit([["aaa"], ["bbb"]], ["a", "b"], reader)
    scores, _ = IntentClassifier(model, reader, {"aaa": 1}).scores(["999"])
    assert scores.tolist() == [0, 0]


def scored(rows: int) -> tuple[Floats, Columns]:
    """Held-out scores that are right nine times of ten."""
    truth = np.arange(rows) % 3
    scores = np.zeros((rows, 3), dtype=np.float32)
    scores[np.arange(rows), truth] = 3
    scores[::10] = np.roll(scores[::10], 1, axis=1) / 2
    return scores, truth


def test_calibration_tells_clear_messages_from_others() -> None:
    scores, truth = scored(300)
    learnt = fit_calibration(scores, truth, np.full(300, 4), None, ())
    order, chances = learnt.probabilities(np.array([0, 3, 0], dtype=np.float32), 4)
    assert order[0] == 1
    assert chances[0] > 0.9
    assert learnt.probabilities(np.array([0, 0.1, 0], dtype=np.float32), 4)[1][0] < 0.5


def test_the_column_of_no_entry_is_never_in_a_place() -> None:
    scores, truth = scored(300)
    learnt = fit_calibration(scores, truth, np.full(300, 4), 2, ())
    order, chances = learnt.probabilities(np.array([0, 1, 5], dtype=np.float32), 4)
    assert order.tolist() == [1, 0]
    assert chances[0] < 0.5


def test_an_urgent_column_is_raised_until_it_would_draw_others() -> None:
    scores, truth = scored(300)
    learnt = fit_calibration(scores * 0.5, truth, np.full(300, 4), None, (1,))
    assert 0 <= learnt.class_bias[1] <= 2
    assert learnt.class_bias[0] == 0


def test_being_raised_does_not_make_an_urgent_column_surer() -> None:
    plain = Calibration(
        out_of_scope_column=None,
        class_bias=np.zeros(2, dtype=np.float32),
        coefficients=DEFAULT_COEFFICIENTS,
        support=np.ones(2, dtype=np.float32),
    )
    raised = replace(plain, class_bias=np.array([2, 0], dtype=np.float32))
    scores = np.array([1, 0], dtype=np.float32)
    order, chances = raised.probabilities(scores - raised.class_bias, 4)
    assert order[0] == 0
    assert chances[0] < plain.probabilities(scores, 4)[1][0]
    assert raised.probabilities(scores, 4)[1][0] == pytest.approx(plain.probabilities(scores, 4)[1][0], abs=1e-6)


def test_where_nothing_is_ever_right_confidence_falls() -> None:
    scores, truth = scored(3000)
    right, wrong = (fit_calibration(scores, one, np.full(3000, 4), None, ()) for one in (truth, (truth + 1) % 3))
    clear = np.array([0, 3, 0], dtype=np.float32)
    assert wrong.probabilities(clear, 4)[1][0] < right.probabilities(clear, 4)[1][0] - 0.2


def test_few_questions_leave_the_defaults_nearly_as_they_are() -> None:
    scores, truth = scored(12)
    few = fit_calibration(scores, truth, np.full(12, 4), None, ())
    assert few.coefficients == pytest.approx(DEFAULT_COEFFICIENTS, abs=0.05)


def test_what_support_changes_is_never_fitted_to_one_content() -> None:
    scores, truth = scored(3000)
    learnt = fit_calibration(scores, truth, np.full(3000, 4), None, ())
    for place in (1, 3, 6):
        assert learnt.coefficients[place] == DEFAULT_COEFFICIENTS[place]
    counted = fit_calibration(scores, truth, np.full(3000, 4), None, (), defaults_apply=False)
    assert counted.coefficients[1] != DEFAULT_COEFFICIENTS[1]


def test_messages_out_of_scope_weigh_their_stated_share() -> None:
    weights = scope_weights(np.array([True, False, False, False]))
    assert weights.sum() == pytest.approx(4)
    assert weights[0] / weights.sum() == pytest.approx(1 - OUT_OF_SCOPE_SHARE)
    assert scope_weights(np.array([True, True])).tolist() == [1, 1]


def test_batch_features_agree_with_a_single_message() -> None:
    scores, truth = scored(60)
    learnt = fit_calibration(scores, truth, np.full(60, 4), 2, (0,))
    features, best = calibration_features(learnt, scores + learnt.class_bias, np.full(60, 4))
    for row in (0, 1, 2):
        order, chances = learnt.probabilities(scores[row], 4)
        assert order[0] == best[row]
        assert chances[0] == pytest.approx(1 / (1 + np.exp(-features[row] @ learnt.coefficients)), abs=1e-4)


def test_one_entry_alone_has_a_chance_too() -> None:
    learnt = Calibration(
        out_of_scope_column=None,
        class_bias=np.zeros(1, dtype=np.float32),
        coefficients=DEFAULT_COEFFICIENTS,
        support=np.ones(1, dtype=np.float32),
    )
    order, chances = learnt.probabilities(np.array([2], dtype=np.float32), 3)
    assert order.tolist() == [0]
    assert 0 < chances[0] <= 1


@pytest.mark.parametrize("support", [0.0, 1.0])
def test_scores_however_far_apart_give_a_chance(support: float) -> None:
    learnt = Calibration(
        out_of_scope_column=None,
        class_bias=np.zeros(2, dtype=np.float32),
        coefficients=DEFAULT_COEFFICIENTS,
        support=np.full(2, support, dtype=np.float32),
    )
    for lead in (1e3, 1e6, 1e30):
        order, chances = learnt.probabilities(np.array([0, lead], dtype=np.float32), 3)
        assert order.tolist() == [1, 0]
        assert 0 < chances[0] <= 1


def test_no_chance_is_lower_or_higher_than_the_largest_log_odds_allow() -> None:
    scores, lowest = np.array([0, 5], dtype=np.float32), 1 / (1 + exp(MAX_LOGIT))
    for base, chance in ((-1e4, lowest), (-MAX_LOGIT - 1, lowest), (1e4, 1 - lowest), (MAX_LOGIT + 1, 1 - lowest)):
        learnt = Calibration(
            out_of_scope_column=None,
            class_bias=np.zeros(2, dtype=np.float32),
            coefficients=(0.0, 0.0, 0.0, 0.0, 0.0, base, 0.0),
            support=np.zeros(2, dtype=np.float32),
        )
        assert learnt.probabilities(scores, 3)[1][0] == pytest.approx(chance, rel=1e-9)


def test_the_nearest_question_shares_rare_words_and_then_letters() -> None:
    whole = small_base()
    entry = next(iter(whole.entries.values()))
    asked = {"a": ("Cash out?", "Cash in?", "Hello"), "b": ("Cash count",)}
    entries = {
        EntryId(name): replace(entry, id=EntryId(name), questions={"lv": (), "ru": (), "en": questions})
        for name, questions in asked.items()
    }
    asked_of = replace(whole, entries=entries)
    nearest = NearestQuestion(asked_of, build_dataset(asked_of).questions)
    assert nearest.find("a", ["cas", "in"]) == "Cash in?"
    assert nearest.find("a", ["cas", "ot"]) == "Cash out?"
    assert nearest.find("a", ["helo", "there"]) == "Hello"
    assert nearest.find("a", ["nothing"]) == "Cash out?"
    assert nearest.find("c", ["cas"]) == ""


def test_a_form_without_letters_stands_for_nothing() -> None:
    lexicon = Lexicon([SynonymSet(id="dots", forms={"lv": ("...",), "ru": ("*",), "en": ("dot", "dot")})])
    assert lexicon.of_word("dot") == ("dots",)
