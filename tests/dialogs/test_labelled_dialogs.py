"""The labelled dialogs, turn by turn: what the bot did (act), and which line it belongs to."""

from typing import Any, Final

import pytest

from bot.cli.ask_batch import BatchRow
from bot.cli.asker import BatchAsker
from handlers.model.context import KnowledgeBundle
from tests.scoring import DialogScore, KindScore, ask, read_cases, read_dialogs, score_dialogs, score_kinds
from tests.shared import DATA, dialogs

DANGEROUS_KINDS: Final = {
    "stopped-beside-cause": 1,
    "still-down": 0,
    "works-again": 1,
    "cannot-reach": 0,
    "when-mended": 0,
    "ticket": 1,
    "person": 1,
    "partly-past-whatif": 1,
}
"""Where a wrong answer leaves a restaurant standing, sends somebody home or out in vain; and how many may be wrong."""


def wrong(expected: dict[str, Any], got: dict[str, Any]) -> bool:
    """True unless act, entry and line are as expected, or as one of the other right answers."""
    right = [expected, *expected.get("also", ())]
    return all((one["act"], one["entry"], one["line"]) != (got["act"], got["entry"], got["line"]) for one in right)


@pytest.mark.parametrize("dialog", dialogs(), ids=lambda dialog: dialog["id"])
def test_every_turn_of_a_dialog_is_right(dialog: dict[str, Any], shipped: KnowledgeBundle) -> None:
    asker = BatchAsker(shipped)
    faults = []
    for number, turn in enumerate(dialog["turns"], start=1):
        got = asker.ask(BatchRow(text=turn["user"], conversation=dialog["id"]))
        if wrong(turn["expect"], got):
            faults.append(
                f"{number}. {turn['user']!r}: {got['act']} {got['entry']} {got['line']}, not {turn['expect']}"
            )
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="module")
def talks(shipped: KnowledgeBundle) -> DialogScore:
    rows = read_dialogs(DATA / "dialogs-dev-2.jsonl")
    return score_dialogs(rows, ask([(each.id, each.said) for each in rows], shipped))


def test_longer_talks_are_understood_no_worse_than_measured(talks: DialogScore) -> None:
    told = "\n".join(talks.faults)
    assert talks.right >= 0.87 * talks.turns, told
    assert talks.urgent_right >= 0.9 * talks.urgent, told
    assert talks.answered_wrongly <= 0.065 * talks.turns, told


def test_turns_that_rest_on_the_ones_before_are_understood_no_worse_than_measured(talks: DialogScore) -> None:
    assert talks.later > 150, "nothing was looked at"
    assert talks.later_right >= 0.83 * talks.later, "\n".join(talks.faults)


@pytest.fixture(scope="module")
def kinds(shipped: KnowledgeBundle) -> KindScore:
    cases = read_cases(DATA / "kinds-dev.jsonl")
    return score_kinds(cases, ask([(each.id, each.turns) for each in cases], shipped))


def test_kinds_of_faults_are_no_more_than_measured(kinds: KindScore) -> None:
    assert kinds.right >= 0.905 * kinds.cases, "\n".join(kinds.faults)


@pytest.mark.parametrize("kind", DANGEROUS_KINDS)
def test_of_dangerous_kinds_hardly_any_are_wrong(kinds: KindScore, kind: str) -> None:
    right, cases = kinds.kinds[kind]
    assert cases - right <= DANGEROUS_KINDS[kind], "\n".join(fault for fault in kinds.faults if f" {kind}:" in fault)


@pytest.mark.parametrize("before", ["labdien", "спасибо", "???"])
def test_a_courtesy_in_front_changes_hardly_anything(before: str, shipped: KnowledgeBundle) -> None:
    asker = BatchAsker(shipped)
    texts = [talk.said[0] for talk in read_dialogs(DATA / "dialogs-dev-2.jsonl")]
    texts += [case.turns[0] for case in read_cases(DATA / "kinds-dev.jsonl")]
    changed = []
    for number, text in enumerate(texts):
        asker.ask(BatchRow(text=before, conversation=str(number)))
        alone, after = asker.ask(BatchRow(text=text)), asker.ask(BatchRow(text=text, conversation=str(number)))
        if (alone["act"], alone["entry"]) != (after["act"], after["entry"]):
            changed.append(f"{text!r}: {alone['act']} {alone['entry']}, after it {after['act']} {after['entry']}")
    # "How are you?" after a greeting is no second one; a sum is no price.
    assert len(changed) <= 0.02 * len(texts), "\n".join(changed)
