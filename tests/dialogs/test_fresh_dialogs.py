"""Talks, cases and messages written without a look at the content (tests/data/fresh): what an honest measure says.

Of each file the odd rows may be read; the even rows are held out, so that widening what is understood cannot fit them.
The floors are a little below what was measured.
"""

import csv
from typing import Final, NamedTuple

import pytest

from handlers.model.context import KnowledgeBundle
from kb.understanding.result import Outcome
from tests.scoring import ask, read_cases, read_dialogs, score_dialogs, score_kinds
from tests.shared import DATA

FRESH: Final = DATA / "fresh"


class Floors(NamedTuple):
    """Shares of what there is in one set: right at least, and wrong at most; `beyond` messages out of scope answered."""

    right: float
    later: float
    wrong: float
    kinds: float
    first: float
    answered: float
    misled: float
    beyond: int = 2


SETS: Final = {
    "": Floors(right=0.875, later=0.845, wrong=0.084, kinds=0.94, first=0.94, answered=0.89, misled=0.02),
    "2": Floors(right=0.87, later=0.865, wrong=0.068, kinds=0.95, first=0.9, answered=0.87, misled=0.07),
    "3": Floors(right=0.88, later=0.865, wrong=0.074, kinds=0.9, first=0.95, answered=0.86, misled=0.04, beyond=4),
}
"""By the number at the end of the files' names."""
EACH_SET: Final = pytest.mark.parametrize(("which", "floors"), SETS.items(), ids=["first", "second", "third"])


@EACH_SET
def test_fresh_talks_are_understood_no_worse_than_measured(
    which: str, floors: Floors, shipped: KnowledgeBundle
) -> None:
    rows = read_dialogs(FRESH / f"dialogs{which}.jsonl")
    found = score_dialogs(rows, ask([(each.id, each.said) for each in rows], shipped))
    assert found.turns > 250, "nothing was looked at"
    assert found.right >= floors.right * found.turns
    assert found.later_right >= floors.later * found.later
    assert found.answered_wrongly <= floors.wrong * found.turns


def test_later_written_talks_are_understood_no_worse_than_measured(shipped: KnowledgeBundle) -> None:
    """The fourth set: all of it may be read."""
    rows = read_dialogs(FRESH / "dialogs4.jsonl")
    found = score_dialogs(rows, ask([(each.id, each.said) for each in rows], shipped))
    assert found.turns > 1000, "nothing was looked at"
    assert found.right >= 0.88 * found.turns
    assert found.later_right >= 0.865 * found.later
    assert found.answered_wrongly <= 0.073 * found.turns


@pytest.mark.parametrize(
    ("which", "turns", "right", "later", "urgent", "wrong"),
    [
        ("5", 2400, 0.89, 0.872, 0.91, 0.06),
        ("6", 3100, 0.888, 0.87, 0.9, 0.065),
        ("7", 600, 0.84, 0.825, 0.86, 0.08),
        ("13", 650, 0.88, 0.865, 0.93, 0.075),
        ("16", 600, 0.845, 0.84, 0.95, 0.097),
    ],
    ids=["fifth, learnt from", "sixth, learnt from", "seventh, held out", "thirteenth, held out", "sixteenth, read"],
)
def test_many_hands_talks_are_understood_no_worse_than_measured(
    which: str, turns: int, right: float, later: float, urgent: float, wrong: float, shipped: KnowledgeBundle
) -> None:
    """From the fifth and the sixth set it is learnt what is meant and which reply is right; the others are held out."""
    rows = read_dialogs(FRESH / f"dialogs{which}.jsonl")
    found = score_dialogs(rows, ask([(each.id, each.said) for each in rows], shipped))
    assert found.turns > turns, "nothing was looked at"
    assert found.right >= right * found.turns
    assert found.later_right >= later * found.later
    assert found.urgent_right >= urgent * found.urgent
    assert found.answered_wrongly <= wrong * found.turns


@EACH_SET
def test_fresh_cases_are_understood_no_worse_than_measured(
    which: str, floors: Floors, shipped: KnowledgeBundle
) -> None:
    cases = read_cases(FRESH / f"kinds{which}.jsonl")
    found = score_kinds(cases, ask([(case.id, case.turns) for case in cases], shipped))
    right, total = (sum(figures) for figures in zip(*found.kinds.values(), strict=True))
    assert total >= 150, "nothing was looked at"
    assert right >= floors.kinds * total


@EACH_SET
def test_fresh_messages_are_answered_no_worse_than_measured(
    which: str, floors: Floors, shipped: KnowledgeBundle
) -> None:
    with (FRESH / f"queries{which}.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    covered = first = right = wrong = beyond = 0
    for row in rows:
        labels, understood = set(row["label2"].split("|")), shipped.interpreter.understand(row["text"])
        answered = understood.outcome is Outcome.ANSWERED
        meant = understood.best is not None and understood.best.entry in labels
        if labels == {"none"}:
            beyond += answered
            continue
        covered += 1
        first += meant
        right += answered and meant
        wrong += answered and not meant
    assert covered > 200, "nothing was looked at"
    assert first >= floors.first * covered
    assert right >= floors.answered * covered
    assert wrong <= floors.misled * covered
    assert beyond <= floors.beyond


def test_later_written_cases_are_understood_no_worse_than_measured(shipped: KnowledgeBundle) -> None:
    """The fourth set: all of it may be read."""
    cases = read_cases(FRESH / "kinds4.jsonl")
    found = score_kinds(cases, ask([(case.id, case.turns) for case in cases], shipped))
    right, total = (sum(figures) for figures in zip(*found.kinds.values(), strict=True))
    assert total == 240, "nothing was looked at"
    assert right >= 0.91 * total
