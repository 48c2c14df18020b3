"""Which entry is meant after which, counted in labelled conversations."""

from bot.evaluation.dialogs import LabelledDialog
from kb.model import EntryId
from tests.training.sequence import topic_sequence


def talk(*entries: str | None) -> LabelledDialog:
    turns = [{"user": "x", "expect": {"act": "answer" if entry else "none", "entry": entry}} for entry in entries]
    return LabelledDialog.model_validate({"id": "t", "lang": "en", "turns": turns})


def test_what_follows_oftener_than_elsewhere_is_lifted_and_what_never_does_is_lowered() -> None:
    a, b, c = map(EntryId, "abc")
    found = topic_sequence([talk("a", "b"), talk("a", None, "b"), talk("c", "c"), talk("c", "c"), talk("b", "c")])
    assert found.lift(a, b) > 0
    assert found.lift(c, c) > 0
    assert found.lift(a, c) < 0
    assert found.lift(b, c) < 0, "once is not counted"
    assert found.lift(EntryId("x"), b) == 0


def test_what_a_label_accepts_shares_one_count() -> None:
    both = LabelledDialog.model_validate(
        {
            "id": "t",
            "lang": "en",
            "turns": [
                {"user": "x", "expect": {"act": "answer", "entry": "a"}},
                {
                    "user": "y",
                    "expect": {"act": "answer", "entry": "b", "also": [{"act": "answer", "entry": "c"}]},
                },
            ],
        }
    )
    assert not topic_sequence([both] * 3).lifts[EntryId("a")], "three halves are fewer than two"
    assert set(topic_sequence([both] * 4).lifts[EntryId("a")]) == {"b", "c"}
