"""What a content will answer is told from questions that it did not learn."""

from dataclasses import replace
from types import MappingProxyType

from bot.cli.kb.forecast import print_forecast
from kb.evaluation.evaluation_metrics import cut_questions
from kb.evaluation.forecast import forecast
from tests.unit.kb.small import trainable_base


def test_every_entry_with_questions_is_forecast() -> None:
    base = trainable_base()
    found = forecast(base)
    known = {entry.id for entry in base.entries.values() if sum(map(len, entry.questions.values())) > 1}
    assert {one.entry for one in found} == known
    for one in found:
        assert one.asked > 0
        assert one.answered_right + one.answered_wrong + one.asked_back <= one.asked


def test_the_forecast_is_the_same_each_time() -> None:
    assert forecast(trainable_base()) == forecast(trainable_base())


def test_a_content_without_questions_has_no_forecast() -> None:
    lines: list[str] = []
    bare = cut_questions(trainable_base(), 0)
    assert forecast(bare) == ()
    print_forecast(bare, lines.append)
    assert lines == ["No forecast: give two entries or more at least two questions each."]


def test_what_is_printed_begins_with_all_entries() -> None:
    lines: list[str] = []
    print_forecast(trainable_base(), lines.append)
    assert lines[1].startswith("  all: ")
    assert "asked back, of " in lines[1]


def test_cutting_keeps_the_first_questions() -> None:
    base = trainable_base()
    entry = next(iter(base.entries.values()))
    many = replace(entry, questions=MappingProxyType({"lv": ("a", "b", "c"), "ru": ("d",), "en": ()}))
    cut = cut_questions(replace(base, entries={entry.id: many}), 2).entries[entry.id]
    assert cut.questions == {"lv": ("a", "b"), "ru": ("d",), "en": ()}
