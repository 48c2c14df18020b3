"""Learning by counting: what is seen with a label speaks for it, and a message left out is not counted for itself."""

import numpy as np
import pytest

from kb.classifier import trainer
from kb.classifier.linear_model import Model
from kb.classifier.naive_bayes import CountedModel, count, heard
from kb.features.featurizer import Reader, spelt
from kb.features.lexicon import Lexicon
from kb.understanding.pipeline import Matcher
from tests.unit.kb.small import taught

SAID = [spelt(text) for text in ("printer broken", "printer bad", "shift close", "shift open", "shift open now")]
LABELS = ["fault", "fault", "shift", "shift", "shift"]


@pytest.fixture
def reader() -> Reader:
    return Reader(Lexicon(()))


def scored(model: CountedModel, reader: Reader, text: str) -> list[float]:
    return [float(score) for score in model.scores(dict.fromkeys(reader.units(spelt(text)), 1.0), reader)]


def test_what_was_seen_with_a_label_speaks_for_it(reader: Reader) -> None:
    model, _, _ = count(SAID, LABELS, reader)
    fault, shift = scored(model, reader, "my printer")
    assert fault > shift
    fault, shift = scored(model, reader, "open the shift")
    assert shift > fault


def test_what_was_never_seen_says_nothing_and_makes_the_rest_quieter(reader: Reader) -> None:
    model, _, _ = count(SAID, LABELS, reader)
    assert scored(model, reader, "zzz") == [0, 0]
    plain, strange = scored(model, reader, "shift")[1], scored(model, reader, "shift zzz qqq")[1]
    assert 0 < strange < plain


def test_what_stands_in_one_message_only_is_left_out(reader: Reader) -> None:
    model, _, _ = count(SAID, LABELS, reader)
    assert "w:sift" in model.features
    assert "w:close" not in model.features


def test_letters_in_a_row_are_not_counted(reader: Reader) -> None:
    features = heard(dict.fromkeys(reader.units(["shift"]), 0.5), reader)
    assert set(features) == {"w:shift", "s:shift", "b:^ shift", "b:shift $"}
    assert set(features.values()) == {0.5}


def test_a_message_left_out_scores_as_if_it_had_not_been_there(reader: Reader) -> None:
    said = [*SAID, *SAID, *SAID]
    labels = [*LABELS, *LABELS, *LABELS]
    model, left_out, chosen = count(said, labels, reader)
    assert chosen.tolist() == list(range(15))
    without, _, _ = count(said[:2] + said[3:], labels[:2] + labels[3:], reader)
    own = model.labels.index("shift")
    assert left_out[2, own] == pytest.approx(scored(without, reader, "shift close")[own], abs=0.1)


def test_only_some_messages_of_very_many_are_looked_at_again(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.classifier.naive_bayes.SAMPLED", 4)
    _, left_out, chosen = count(SAID, LABELS, reader)
    assert chosen.tolist() == [0, 2, 4]
    assert left_out.shape == (3, 2)


def test_knowledge_too_large_to_be_weighed_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.classifier.trainer.CELLS", 10)
    learnt = trainer.learnt(taught())
    assert isinstance(learnt.model, CountedModel)
    matcher = Matcher(taught(), learnt)
    assert matcher.understand("kā aizvērt maiņu").matches[0].entry == "close"


@pytest.mark.parametrize("cells", [10, 10**9])
def test_what_was_learnt_can_be_kept_and_read_again(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.classifier.trainer.CELLS", cells)
    learnt = trainer.learnt(taught())
    again = trainer.unpack({name: array.copy() for name, array in trainer.pack(learnt).items()})
    assert isinstance(again.model, Model) is (cells > 10)
    one, other = Matcher(taught(), learnt), Matcher(taught(), again)
    for text in ("kā aizvērt maiņu", "printeris neiet", "kāds rīt laiks", "zzz"):
        assert one.understand(text) == other.understand(text)


@pytest.mark.parametrize("spoil", ["names", "boldness"])
def test_what_is_something_else_is_not_read(spoil: str) -> None:
    arrays = dict(trainer.pack(trainer.learnt(taught())))
    if spoil == "names":
        arrays["names"] = np.frombuffer(b"{}", dtype=np.uint8)
    else:
        del arrays["boldness"]
    with pytest.raises(trainer.LearntError, match="learn again"):
        trainer.unpack(arrays)
