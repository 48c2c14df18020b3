"""What a person got is named by what the bot did, and a command is no question."""

import pytest

from bot.console.reporting.resolution import Resolution, count_commands, resolution_of, sum_by_resolution
from storage.statistics.reports import Treatment

START = Treatment("command", "answered", has_entry=False)


@pytest.mark.parametrize(
    ("act", "outcome", "has_entry", "got"),
    [
        ("answer", "answered", True, Resolution.KNOWLEDGE),
        ("answer", "answered", False, Resolution.LINE),
        ("problem", "answered", True, Resolution.LINE),
        ("critical", "answered", True, Resolution.LINE),
        ("handoff", "answered", True, Resolution.ASKED_FOR_PERSON),
        ("ticket", "answered", True, Resolution.EMAIL),
        ("talk", "answered", False, Resolution.COURTESY),
        ("an act of later", "answered", True, Resolution.COURTESY),
        ("clarify", "clarified", False, Resolution.CLARIFIED),
        ("none", "unknown", False, Resolution.NOT_UNDERSTOOD),
        ("command", "answered", False, None),
    ],
)
def test_a_person_got(act: str, outcome: str, has_entry: bool, got: Resolution | None) -> None:
    assert resolution_of(Treatment(act, outcome, has_entry)) == got


def test_commands_are_in_no_sum() -> None:
    answer = Treatment("answer", "answered", has_entry=True)
    counts = {("lv", START): 35, ("lv", answer): 3, ("ru", answer): 1}

    assert sum_by_resolution(counts) == {("lv", Resolution.KNOWLEDGE): 3, ("ru", Resolution.KNOWLEDGE): 1}
    assert count_commands(counts) == 35
