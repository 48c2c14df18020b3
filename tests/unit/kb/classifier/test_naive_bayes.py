"""Learning by counting: what is seen with a label speaks for it, and a message left out is not counted for itself."""

import pytest

from kb.classifier import trainer
from kb.classifier.naive_bayes import NaiveBayesModel, active_features, fit_naive_bayes
from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.text.tokenize import phonetic_tokens
from kb.understanding.pipeline import UnderstandingPipeline
from tests.unit.kb.small import trainable_base

SAID = [
    phonetic_tokens(text) for text in ("printer broken", "printer bad", "shift close", "shift open", "shift open now")
]
LABELS = ["fault", "fault", "shift", "shift", "shift"]


@pytest.fixture
def reader() -> Featurizer:
    return Featurizer(Lexicon(()))


def scored(model: NaiveBayesModel, reader: Featurizer, text: str) -> list[float]:
    return [float(score) for score in model.scores(dict.fromkeys(reader.terms(phonetic_tokens(text)), 1.0), reader)]


def test_what_was_seen_with_a_label_speaks_for_it(reader: Featurizer) -> None:
    model, _, _ = fit_naive_bayes(SAID, LABELS, reader)
    fault, shift = scored(model, reader, "my printer")
    assert fault > shift
    fault, shift = scored(model, reader, "open the shift")
    assert shift > fault


def test_what_was_never_seen_says_nothing_and_makes_the_rest_quieter(reader: Featurizer) -> None:
    model, _, _ = fit_naive_bayes(SAID, LABELS, reader)
    assert scored(model, reader, "zzz") == [0, 0]
    plain, strange = scored(model, reader, "shift")[1], scored(model, reader, "shift zzz qqq")[1]
    assert 0 < strange < plain


def test_what_stands_in_one_message_only_is_left_out(reader: Featurizer) -> None:
    model, _, _ = fit_naive_bayes(SAID, LABELS, reader)
    assert "w:sift" in model.features
    assert "w:close" not in model.features


def test_letters_in_a_row_are_not_counted(reader: Featurizer) -> None:
    features = active_features(dict.fromkeys(reader.terms(["shift"]), 0.5), reader)
    assert set(features) == {"w:shift", "s:shift", "b:^ shift", "b:shift $"}
    assert set(features.values()) == {0.5}


def test_a_message_left_out_scores_as_if_it_had_not_been_there(reader: Featurizer) -> None:
    said = [*SAID, *SAID, *SAID]
    labels = [*LABELS, *LABELS, *LABELS]
    model, left_out, chosen = fit_naive_bayes(said, labels, reader)
    assert chosen.tolist() == list(range(15))
    without, _, _ = fit_naive_bayes(said[:2] + said[3:], labels[:2] + labels[3:], reader)
    own = model.labels.index("shift")
    assert left_out[2, own] == pytest.approx(scored(without, reader, "shift close")[own], abs=0.1)


def test_only_some_messages_of_very_many_are_looked_at_again(
    reader: Featurizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.classifier.naive_bayes.MAX_HELD_OUT_SCORES", 4)
    _, left_out, chosen = fit_naive_bayes(SAID, LABELS, reader)
    assert chosen.tolist() == [0, 2, 4]
    assert left_out.shape == (3, 2)


def test_knowledge_too_large_to_be_weighed_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.classifier.trainer.MAX_DENSE_CELLS", 10)
    learnt = trainer.train(trainable_base())
    assert isinstance(learnt.model, NaiveBayesModel)
    matcher = UnderstandingPipeline(trainable_base(), learnt)
    assert matcher.understand("kā aizvērt maiņu").candidates[0].entry == "close"
