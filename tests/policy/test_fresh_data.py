"""The second fresh set is sound: every row loads, every label is an entry, and odd and even rows are alike."""

import csv
from collections.abc import Iterator, Sequence
from typing import Final

from bot.evaluation.dialogs import BY_ACT, Expected
from handlers.model.context import KnowledgeBundle
from kb.evaluation.evaluation_metrics import OUT_OF_SCOPE
from tests.scoring import read_cases, read_dialogs
from tests.shared import DATA

FRESH: Final = DATA / "fresh"
DIALOGS: Final = FRESH / "dialogs2.jsonl"
CASES: Final = FRESH / "kinds2.jsonl"
MESSAGES: Final = FRESH / "queries2.tsv"
NEW_ENTRY: Final = "*new"


def messages() -> list[dict[str, str]]:
    """The single messages."""
    with MESSAGES.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def unlike_pairs(rows: Sequence[tuple[str, ...]]) -> list[int]:
    """The numbers of the odd rows, counted from 1, whose even row is of another language or kind."""
    return [place + 1 for place in range(0, len(rows), 2) if rows[place] != rows[place + 1]]


def expected_answers() -> Iterator[Expected]:
    """Every right answer of every turn."""
    for dialog in read_dialogs(DIALOGS):
        for turn in dialog.turns:
            yield turn.expect
            yield from turn.expect.also


def test_all_rows_are_there() -> None:
    dialogs = read_dialogs(DIALOGS)
    assert (len(dialogs), sum(len(dialog.turns) for dialog in dialogs)) == (80, 385)
    assert len(read_cases(CASES)) == 200
    assert len(messages()) == 300
    assert sum(row["label2"] == OUT_OF_SCOPE for row in messages()) == 60


def test_odd_and_even_rows_are_alike() -> None:
    assert unlike_pairs([(dialog.lang,) for dialog in read_dialogs(DIALOGS)]) == []
    assert unlike_pairs([(case.lang, case.kind) for case in read_cases(CASES)]) == []
    assert unlike_pairs([(row["lang"], row["kind"]) for row in messages()]) == []
    assert unlike_pairs([("lv", "fault"), ("lv", "fault"), ("lv", "fault"), ("en", "fault")]) == [3]


def test_every_label_is_an_entry_with_its_act(shipped: KnowledgeBundle) -> None:
    acts = {str(entry.id): entry.act.value for entry in shipped.base.entries.values()}
    for answer in expected_answers():
        assert answer.entry is None or acts[answer.entry] == answer.act, answer
        assert answer.entry or answer.act in BY_ACT | {"talk", "clarify", "none"}, answer
    in_cases = {entry for case in read_cases(CASES) for entry in (*case.want.entry, *case.want.not_entry)}
    assert in_cases - {None, NEW_ENTRY} <= set(acts)
    in_messages = {label for row in messages() for label in row["label2"].split("|")}
    assert in_messages - {OUT_OF_SCOPE} <= set(acts)
