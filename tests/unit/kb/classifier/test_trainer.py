"""The parts that a matcher is made of: concepts, sums, training, calibration, mending, the nearest question."""

import numpy as np
import pytest

from kb.classifier.calibration import TIMID, Calibration, Places, learn
from kb.classifier.linear_model import train
from kb.classifier.scorer import Scorer
from kb.features.dataset import Said
from kb.features.design_matrix import corpus
from kb.features.featurizer import Reader, is_word, spelt
from kb.features.lexicon import Lexicon
from kb.features.sparse import Floats
from kb.model import Concept, EntryId
from kb.understanding.explanation import Nearest
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
    assert lexicon.of_phrases(spelt("принтер не печатает")) == ("broken",)
    assert lexicon.of_phrases(spelt("our receipt machines")) == ("printer",)
    assert lexicon.of_phrases(spelt("does not")) == ()
    assert lexicon.of_phrases(spelt("не печатать")) == ()


@pytest.mark.parametrize("said", ["garantija", "garantijā", "garantiju", "bez garantijas", "garantijai"])
def test_a_beginning_is_met_though_its_glide_falls_out(said: str) -> None:
    lexicon = Lexicon(
        [
            Concept(id="warranty", forms={"lv": ("garantij*",), "ru": (), "en": ()}),
            Concept(id="unwarranted", forms={"lv": ("bez garantij*",), "ru": (), "en": ()}),
        ]
    )
    words = spelt(said)
    assert lexicon.of_word(words[-1]) == ("warranty",)
    assert lexicon.of_phrases(words) == (("unwarranted",) if len(words) > 1 else ())
    assert lexicon.of_word("garantnis") == ()


def test_a_message_is_read_as_words_concepts_denials_and_pairs(lexicon: Lexicon) -> None:
    reader = Reader(lexicon)
    units = reader.units(spelt("принтер не печатает 24"))
    assert [unit for unit in units if is_word(unit)] == ["printer", "ne", "pecataet", "24"]
    others = [unit for unit in units if isinstance(unit, str) and not is_word(unit)]
    assert others[:2] == ["c:broken", "n:pecat"]
    assert others[2:] == ["b:^ print", "b:print ne", "b:ne pecat", "b:pecat 24", "b:24 $"]
    assert len([unit for unit in units if isinstance(unit, int)]) == 1
    assert reader.features("24") == ["w:24"]
    assert reader.features("n:pecat") == ["n:pecat"]
    assert "c:printer" in reader.features("printer")


def test_what_stands_in_one_message_only_is_a_unit_if_it_is_a_word(lexicon: Lexicon) -> None:
    read = corpus([spelt("принтер не печатает"), spelt("принтер")], Reader(lexicon))
    assert set(read.units) == {"printer", "ne", "pecataet", "b:^ print"}


def test_training_tells_labels_apart_and_knows_how_hard_it_was(lexicon: Lexicon) -> None:
    reader = Reader(lexicon)
    said = [spelt(text) for text in ("printer broken", "printer bad", "shift close", "shift open")]
    model, held_out = train(said, ["a", "a", "b", "b"], reader)
    scores, repairs = Scorer(model, reader, {word: 1 for words in said for word in words}).scores(spelt("prnter"))
    assert model.labels == ("a", "b")
    assert scores[0] > scores[1]
    assert repairs == ("prnter → printer",)
    assert held_out.shape == (4, 2)


def test_many_messages_leave_rare_features_out(lexicon: Lexicon) -> None:
    messages = [["often"]] * 2001 + [["seldom"]]
    assert "w:seldom" not in corpus(messages, Reader(lexicon)).features


def test_what_scores_nothing_gets_no_score(lexicon: Lexicon) -> None:
    reader = Reader(lexicon)
    model, _ = train([["aaa"], ["bbb"]], ["a", "b"], reader)
    scores, _ = Scorer(model, reader, {"aaa": 1}).scores(["999"])
    assert scores.tolist() == [0, 0]


def scored(rows: int) -> tuple[Floats, Places]:
    """Held-out scores that are right nine times of ten."""
    truth = np.arange(rows) % 3
    scores = np.zeros((rows, 3), dtype=np.float32)
    scores[np.arange(rows), truth] = 3
    scores[::10] = np.roll(scores[::10], 1, axis=1) / 2
    return scores, truth


def test_calibration_learns_where_to_answer_and_where_to_ask() -> None:
    scores, truth = scored(300)
    learnt = learn(scores, truth, np.full(300, 4), None, ())
    order, chances = learnt.chances(np.array([0, 3, 0], dtype=np.float32), 4)
    assert order[0] == 1
    assert chances[0] > 0.9
    assert learnt.clarify_from <= learnt.answer_from
    assert learnt.chances(np.array([0, 0.1, 0], dtype=np.float32), 4)[1][0] < learnt.answer_from


def test_the_column_of_no_entry_is_never_in_a_place() -> None:
    scores, truth = scored(300)
    learnt = learn(scores, truth, np.full(300, 4), 2, ())
    order, chances = learnt.chances(np.array([0, 1, 5], dtype=np.float32), 4)
    assert order.tolist() == [1, 0]
    assert chances[0] < 0.5


def test_an_urgent_column_is_raised_until_it_would_draw_others() -> None:
    scores, truth = scored(300)
    learnt = learn(scores * 0.5, truth, np.full(300, 4), None, (1,))
    assert 0 <= learnt.boldness[1] <= 2
    assert learnt.boldness[0] == 0


def test_where_nothing_is_ever_right_nothing_is_answered_boldly() -> None:
    scores, truth = scored(30)
    learnt = learn(scores, (truth + 1) % 3, np.full(30, 4), None, ())
    assert learnt.answer_from == TIMID


def test_where_all_is_right_caution_stays() -> None:
    truth = np.arange(30) % 3
    scores = np.eye(3, dtype=np.float32)[truth] * 3
    assert learn(scores, truth, np.full(30, 4), None, ()).answer_from == 0.4


def test_one_entry_alone_has_a_chance_too() -> None:
    learnt = Calibration(
        none=None, boldness=np.zeros(1, dtype=np.float32), slopes=(1, 1, 1), answer_from=0.5, clarify_from=0.1
    )
    order, chances = learnt.chances(np.array([2], dtype=np.float32), 3)
    assert order.tolist() == [0]
    assert 0 < chances[0] <= 1


def test_the_nearest_question_shares_rare_words_and_then_letters() -> None:
    nearest = Nearest(
        Said(entry=EntryId(entry), text=text, said=said.split(), line=said)
        for entry, text, said in (
            ("a", "Cash out?", "cas out"),
            ("a", "Cash in?", "cas in"),
            ("a", "Hello", "helo"),
            ("b", "Cash count", "cas count"),
        )
    )
    assert nearest.question("a", ["cas", "in"]) == "Cash in?"
    assert nearest.question("a", ["cas", "ot"]) == "Cash out?"
    assert nearest.question("a", ["helo", "there"]) == "Hello"
    assert nearest.question("a", ["nothing"]) == "Cash out?"
    assert nearest.question("c", ["cas"]) == ""


def test_a_form_without_letters_stands_for_nothing() -> None:
    lexicon = Lexicon([Concept(id="dots", forms={"lv": ("...",), "ru": ("*",), "en": ("dot", "dot")})])
    assert lexicon.of_word("dot") == ("dots",)
