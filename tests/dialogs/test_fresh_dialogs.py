"""Talks, cases and messages written without a look at the content (tests/data/fresh): what an honest measure says.

Of each file the odd rows may be read; the even rows are held out, so that widening what is understood cannot fit them.
The floors are a little below what was measured.
"""

import csv
from typing import Final

import pytest

from handlers.model.context import KnowledgeBundle
from kb.understanding.result import Outcome
from tests.scoring import ask, read_cases, read_dialogs, score_dialogs, score_kinds
from tests.shared import DATA

FRESH: Final = DATA / "fresh"

pytestmark = pytest.mark.no_cover


def test_fresh_talks_are_understood_no_worse_than_measured(shipped: KnowledgeBundle) -> None:
    rows = read_dialogs(FRESH / "dialogs.jsonl")
    found = score_dialogs(rows, ask([(each.id, each.said) for each in rows], shipped))
    assert found.turns > 250, "nothing was looked at"
    assert found.right >= 0.77 * found.turns
    assert found.later_right >= 0.74 * found.later
    assert found.answered_wrongly <= 0.11 * found.turns


def test_fresh_cases_are_understood_no_worse_than_measured(shipped: KnowledgeBundle) -> None:
    cases = read_cases(FRESH / "kinds.jsonl")
    found = score_kinds(cases, ask([(case.id, case.turns) for case in cases], shipped))
    right, total = (sum(figures) for figures in zip(*found.kinds.values(), strict=True))
    assert total == 300
    assert right >= 0.9 * total


def test_fresh_messages_are_answered_no_worse_than_measured(shipped: KnowledgeBundle) -> None:
    with (FRESH / "queries.tsv").open(encoding="utf-8") as file:
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
    assert first >= 0.88 * covered
    assert right >= 0.8 * covered
    assert wrong <= 0.03 * covered
    assert beyond <= 2
