"""What of a talk belongs into the draft of a ticket: the trouble, not what was said to the bot about it."""

import pytest

from handlers.details.story import compose_story, tells_of_trouble


@pytest.mark.parametrize(
    ("message", "act", "belongs"),
    [
        ("no receipts since noon", "problem", True),
        ("no receipts since noon", None, True),
        ("please, just this once", "ticket", False),
        ("where do I write", "ticket", False),
        ("then note that the printer is broken", "ticket", True),
        ("make a ticket, no receipts come out since this noon", "ticket", True),
        ("call me", "handoff", False),
        ("call me, till 2 is dead", "handoff", True),
        ("somebody has to come here and look at it at last", "handoff", False),
        ("thanks a lot", "talk", False),
    ],
)
def test_what_is_only_said_to_the_bot_is_no_part_of_the_trouble(message: str, act: str | None, belongs: bool) -> None:
    assert tells_of_trouble(message, act, "ticket_wish") is belongs


@pytest.mark.parametrize("handler", ["ticket_pressed", "passed_on"])
def test_what_presses_for_a_ticket_is_no_part_of_the_trouble_unless_it_names_a_device(handler: str) -> None:
    assert not tells_of_trouble("it is just one little sentence after all", "ticket", handler)
    assert tells_of_trouble("then write that till 2 is broken", "ticket", handler)


@pytest.mark.parametrize("handler", ["ask_number", "cannot_reach", "confusion", "contact_details"])
def test_what_is_said_to_the_bot_is_no_part_of_the_trouble_unless_it_names_a_device(handler: str) -> None:
    assert not tells_of_trouble("whom do I call", "answer", handler)
    assert tells_of_trouble("whom do I call, till 2 is dead", "answer", handler)
    assert tells_of_trouble("no receipts since noon", "answer", "topic")
    more = handler in ("ask_number", "cannot_reach")
    assert tells_of_trouble("no receipts come since noon, whom do I call", "answer", handler) is more


@pytest.mark.parametrize(
    ("message", "handler", "belongs"),
    [
        ("and the other?", "follow_up", False),
        ("really?", "doubt", False),
        ("why does it print nothing since this morning?", "topic", True),
        ("didn't help", "still_not", False),
        ("It does not help!", "likelier_topic", False),
        ("nepalīdz", "likelier_topic", False),
        ("не помогло", "topic", False),
        ("switched it off and on, the same", "still_not", True),
        ("till 2 ?", "follow_up", True),
    ],
)
def test_a_bare_question_and_a_bare_failure_of_an_advice_are_no_part_of_the_trouble(
    message: str, handler: str, belongs: bool
) -> None:
    assert tells_of_trouble(message, "problem", handler) is belongs


def test_the_newest_of_a_long_story_is_kept_and_nothing_twice() -> None:
    said = ["hello", "/start", *(f"{number} {'x' * 700}" for number in range(4)), "since noon", "since noon"]
    story = compose_story(said)
    assert story.startswith("2 ")
    assert story.endswith("since noon")
    assert story.count("since noon") == 1
