"""What a message sets aside, and that the rest decides then."""

import json
import re

import pytest

from kb.text.tokenize import normalize
from kb.understanding.reading import Reading
from kb.understanding.stages import contrast
from kb.understanding.stages.contrast import ResolveContrast, find_contrast
from tests.shared import DATA
from tests.unit.kb.small import pipeline
from tests.unit.kb.understanding.scripted import CUES, ScriptedRanker, entries, reading


@pytest.mark.parametrize(
    ("text", "meant", "aside"),
    [
        ("Gribu pārcelt, nevis sadalīt", "gribu pārcelt", "nevis sadalīt"),
        ("Nevis sadalīt bet pārcelt", "bet pārcelt", "nevis sadalīt"),
        ("Nevajag tehniķi. Kur ir noteikumi?", "kur ir noteikumi", "nevajag tehniķi"),
        ("отчёт за час, а не за день", "отчёт за час", "а не за день"),
        ("Операторов не надо, где правила", "где правила", "операторов не надо"),
        ("Мне не нужен мастер, мне нужен номер", "мне нужен номер", "мне не нужен мастер"),
        ("otchet za chas a ne za den", "otchet za chas", "a ne za den"),
        ("Mastera ne nado, gde pravila", "gde pravila", "mastera ne nado"),
        ("Вопрос не про налоги, а про договор", "вопрос а про договор", "не про налоги"),
        ("Void it rather than refund it", "void it", "rather than refund it"),
        ("I don't need a ticket - where is mine", "where is mine", "i don't need a ticket"),
    ],
)
def test_words_say_what_is_set_aside(text: str, meant: str, aside: str) -> None:
    sides = find_contrast(normalize(text))
    assert sides is not None
    assert (sides.wanted, sides.excluded, sides.explicit) == (meant, aside, True)


@pytest.mark.parametrize(
    "text",
    [
        "не цену менять, а скидку дать",
        "ne kuhnja, a bar",
        "ne pārcelt, bet sadalīt",
        "not closing, just moving with the till",
    ],
)
def test_what_is_denied_before_something_else_is_perhaps_set_aside(text: str) -> None:
    sides = find_contrast(normalize(text))
    assert sides is not None
    assert not sides.explicit


@pytest.mark.parametrize("text", ["", "kase stāv", "не печатает чек", "not printing, help!"])
def test_most_messages_set_nothing_aside(text: str) -> None:
    assert find_contrast(normalize(text)) is None


@pytest.mark.parametrize("text", ["nevajag", "а не надо", "Nevajag tehniķi!"])
def test_all_of_a_message_may_be_set_aside(text: str) -> None:
    sides = find_contrast(normalize(text))
    assert sides is not None
    assert sides.wanted == ""


def decided(text: str) -> tuple[str, str]:
    found = pipeline().understand(text)
    assert found.explanation is not None
    return found.candidates[0].entry, found.explanation.decided_by


def test_what_is_meant_decides() -> None:
    assert decided("Nevajag printeri. Kur beidz dienu") == ("close", "contrast")
    assert decided("не часы работы когда работаете, а где завершить") == ("close", "contrast")


def test_what_is_set_aside_is_no_other_part_of_the_message() -> None:
    both = pipeline().understand("Printeris nedrukā. Kur beigt dienu?")
    assert {both.candidates[0].entry, *(other.entry for other in both.secondary)} == {"printer", "close"}
    one = pipeline().understand("Nevajag printeris nedrukā. Kur beigt dienu?")
    assert (one.candidates[0].entry, one.secondary) == ("close", ())


def test_a_fault_that_is_told_by_a_denial_is_not_set_aside() -> None:
    assert decided("не печатает принтер, а где завершить день")[0] == "printer"
    assert decided("не печатает принтер, а где завершить день")[1] != "contrast"


def test_a_stopped_till_is_heard_whatever_is_set_aside() -> None:
    assert decided("neviena kase nestrādā, nevis printeris nedrukā")[0] == "dead"


def test_nothing_is_set_aside_where_the_rest_means_nothing_or_the_same() -> None:
    assert decided("bzzt grmpf, nevis kā aizvērt maiņu") == ("close", "rank")
    assert decided("how do I close the shift, nevis the door") == ("close", "rank")
    assert decided("nevis bzzt, jo")[1] == "rank"


RANKER = ScriptedRanker(
    {
        "where are the rules": ("rules", 0.7),
        "where the rules": ("rules", 0.7),
        "but the scanner blinks": ("scanner", 0.8),
        "not printing paper": ("printer", 0.6),
        "not the menu card": ("hours", 0.1),
        "bzzt grmpf": ("desk", 0.1),
    }
)
STAGE = ResolveContrast(RANKER, CUES)


def test_a_reading_is_read_without_what_it_sets_aside() -> None:
    found = STAGE(reading("I don't need a person. Where are the rules?", ("person", 0.6)))
    assert entries(found)[0] == "rules"


def test_a_greeting_is_no_part_of_what_is_wanted() -> None:
    found = STAGE(reading("Hello where are the rules, not about hours", ("hours", 0.6)))
    assert entries(found)[0] == "rules"


@pytest.mark.parametrize(
    "before",
    [
        reading("where are the rules", ("person", 0.6)),
        reading("I don't need a person", ("person", 0.6)),
        reading("I don't need a person. Rules.", ("person", 0.6)),
        reading("I don't need a person. Where are the rules?", ("person", 0.6), exact="person"),
        reading("I don't need a person. Where are the rules?", ("dead", 0.6)),
        reading("I don't need a person. Where are the rules?", ("rules", 0.9)),
        reading("I don't need a person. Bzzt grmpf?", ("person", 0.6)),
        reading("not printing paper, but the scanner blinks", ("printer", 0.6)),
    ],
)
def test_a_reading_that_sets_nothing_aside_or_gains_nothing_by_it_stays(before: Reading) -> None:
    assert STAGE(before) is before


def test_what_is_only_denied_is_set_aside_where_it_tells_no_fault() -> None:
    found = STAGE(reading("not the menu card, but the scanner blinks", ("hours", 0.6)))
    assert entries(found)[0] == "scanner"


def test_a_correction_was_read_without_it_already() -> None:
    before = reading("I don't need a person. Where are the rules?", ("person", 0.6))._replace(corrects=True)
    assert STAGE(before) is before


def test_the_quick_look_hides_no_exclusion(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line for file in sorted(DATA.rglob("*.tsv")) for line in file.read_text("utf-8").splitlines()]
    rows = [json.loads(line) for line in (DATA / "stages" / "contrast.jsonl").read_text("utf-8").splitlines()]
    messages = [normalize(text) for text in (*(line.split("\t")[0] for line in lines), *(row["text"] for row in rows))]
    messages += [
        "printer, man nevajag",
        "мне kassa не нужна, а принтер",
        "no printer, i don’t need it",
        "forget the till",
    ]
    quick = list(map(find_contrast, messages))

    monkeypatch.setattr(contrast, "_MAY_EXCLUDE", re.compile(""))

    assert any(quick)
    assert quick == list(map(find_contrast, messages))
