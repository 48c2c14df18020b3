"""A call and what is done with it has one wording in the console and in the notifications, in every language."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from yaml import safe_load

from bot.notify.wording.staff_sentences import load_notification_phrases
from kb.model import LANGUAGES, Language

CONSOLE: Final = Path(__file__).parents[2] / "bot" / "console" / "texts"
GROUP: Final = Path(__file__).parents[2] / "bot" / "notify" / "texts"
ACTIONS: Final = {
    "take": "button_take",
    "reached": "button_reached",
    "close": "button_close",
    "undo": "button_undo",
    "reopen": "button_reopen",
    "keep": "button_keep",
    "give_back": "button_give_back",
    "incident_take": "button_take_all",
    "incident_works_again": "button_works_again",
    "closed_solved": "button_close_solved",
    "closed_no_answer": "button_close_no_answer",
    "closed_not_ours": "button_close_not_ours",
    "closed_duplicate": "button_close_duplicate",
    "closed_other": "button_close_other",
}
"""What can be done, and why it is closed, in the queue, beside the buttons of the group."""
SENTENCES: Final = {
    "has_it": "taken",
    "kept": "done_keep",
    "not_undone": "not_undone",
    "other_has_it": "had",
    "reason_asked_for_person": "asked_for_person",
    "reason_not_understood": "not_understood",
    "reason_still_waiting": "still_waiting",
    "reason_cannot_get_through": "cannot_get_through",
}
STATES: Final = {"taken": "member_taken", "reached": "member_reached", "closed": "member_closed"}
"""The state of a call in the list of all conversations, beside that in the list of an incident."""
REASONS: Final = (*(key for key in SENTENCES if key.startswith("reason_")), "reason_trading_stopped")
NAMES_OF_A_CALL: Final[dict[Language, str]] = {"lv": "Izsaukumu grupa", "ru": "Группа вызовов", "en": "Group of calls"}


def texts(folder: Path, language: str) -> dict[str, Any]:
    found: dict[str, Any] = safe_load((folder / f"{language}.yaml").read_text("utf-8"))
    return found


def plain(sentence: str) -> str:
    """Without the dots of what opens more, and whatever the values are called."""
    return re.sub(r"\{\w+\}", "{}", sentence).removesuffix("…")


@pytest.mark.parametrize("language", LANGUAGES)
def test_actions_and_sentences_are_those_of_the_group(language: Language) -> None:
    console, group = texts(CONSOLE / "now", language), texts(GROUP, language)
    pairs = {**ACTIONS, **SENTENCES}
    differing = {
        key: (console[key], group[other]) for key, other in pairs.items() if plain(console[key]) != plain(group[other])
    }
    assert differing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_are_those_of_the_group(language: Language) -> None:
    talks, group, queue = texts(CONSOLE / "talks", language), texts(GROUP, language), texts(CONSOLE / "now", language)
    for state, key in STATES.items():
        assert f"({talks[f'handoff_{state}']})" in group[key], state
    assert queue["is_contacted"] == talks["handoff_reached"] == texts(CONSOLE / "talk", language)["event_reached"]
    customer = texts(CONSOLE / "customer", language)
    for state in ("open", *STATES):
        assert customer[f"state_{state}"] == talks[f"handoff_{state}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_are_those_of_the_queue_on_every_page(language: Language) -> None:
    queue, reports = texts(CONSOLE / "now", language), texts(CONSOLE / "figures", language)
    assert {key: reports[key] for key in REASONS} == {key: queue[key] for key in REASONS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_incident_is_called_a_group_of_calls(language: Language) -> None:
    name = NAMES_OF_A_CALL[language]
    assert load_notification_phrases()(language, "incident") == name
    assert texts(CONSOLE / "now", language)["incident_number"].startswith(name)


def test_the_english_console_calls_it_a_call() -> None:
    for folder in ("now", "talk", "talks", "audit", "figures", "customer"):
        said = texts(CONSOLE / folder, "en")
        # An entry that hands the conversation over is another thing.
        assert not [key for key, text in said.items() if "hand-off" in str(text).casefold() and key != "act_handoff"]
