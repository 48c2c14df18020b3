"""Taps in a group: who may act, what they are told, and what is not understood."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from bot.channels.telegram import Answer, Tap
from bot.channels.telegram.api.updates import CallbackQuery
from bot.channels.telegram.outgoing.group_messages import tap
from bot.helpdesk.handoff_actions import Desk, Result
from bot.helpdesk.telegram_group import Staffroom
from bot.notify.wording import Words, zone
from handlers.model.context import KnowledgeBundle
from storage.helpdesk.handoffs import State


@dataclass
class FakeDesk:
    """Answers every act with the same result."""

    result: Result
    acts: list[tuple[str, int, str]] = field(default_factory=list)

    async def take(self, handoff: int, who: str) -> Result:
        self.acts.append(("take", handoff, who))
        return self.result

    give_back = reached = not_needed = take


def staffroom(shipped: KnowledgeBundle, desk: FakeDesk) -> Staffroom:
    words = Words.of(lambda: shipped.base.directory, "en", zone(None))
    return Staffroom(cast("Desk", desk), words, frozenset({"-100"}))


@pytest.mark.parametrize(
    ("act", "result", "text", "loud"),
    [
        ("take", Result(won=True, state=State.TAKEN, taken_by="Ilze"), "Call no. 7 is yours now.", False),
        ("take", Result(won=False, state=State.TAKEN, taken_by="Anna"), "Anna has taken it already.", True),
        ("take", Result(won=False, state=State.TAKEN, taken_by="Ilze"), "This call is yours already.", True),
        ("take", Result(won=False, state=State.REACHED, taken_by="Anna"), "This call is closed already.", True),
        ("reached", Result(won=False, state=State.CLOSED), "This call is closed already.", True),
        ("reached", Result(won=True, state=State.REACHED), "Marked as reached by you.", False),
        ("not_needed", Result(won=True, state=State.NOT_NEEDED), "Marked as not needed.", False),
        ("give_back", Result(won=False, state=State.OPEN), "Nobody has taken it yet.", True),
        ("give_back", Result(won=True, state=State.OPEN), "The call waits again for somebody to take it.", False),
        (
            "take",
            Result(won=False, state=None),
            "This talk is gone, the person has deleted their data.",
            True,
        ),
    ],
)
async def test_whoever_taps_is_told_what_came_of_it(
    shipped: KnowledgeBundle, act: str, result: Result, text: str, *, loud: bool
) -> None:
    answer = await staffroom(shipped, FakeDesk(result))(Tap(chat="-100", who="Ilze", act=f"{act}:7"))
    assert answer == Answer(text=text, loud=loud)


@pytest.mark.parametrize("chat", ["42", "-1001", "100", ""])
async def test_from_elsewhere_nothing_is_done(shipped: KnowledgeBundle, chat: str) -> None:
    desk = FakeDesk(Result(won=True, state=State.TAKEN))
    answer = await staffroom(shipped, desk)(Tap(chat=chat, who="Ilze", act="take:7"))
    assert answer.text == "This button works only in the group where calls come in."
    assert desk.acts == []


@pytest.mark.parametrize(
    "act", ["", "take", "take:", "take:x", "take:-7", "take:²", f"take:{'9' * 30}", "erase:7", ":7"]
)
async def test_what_no_button_of_ours_says_does_nothing(shipped: KnowledgeBundle, act: str) -> None:
    desk = FakeDesk(Result(won=True, state=State.TAKEN))
    assert await staffroom(shipped, desk)(Tap(chat="-100", who="Ilze", act=act)) == Answer(text="")
    assert desk.acts == []


def query(**user: object) -> CallbackQuery:
    sender = {"id": 90210042, "is_bot": False, **user}
    message = {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "group"}}
    return CallbackQuery.model_validate({"id": "1", "from": sender, "message": message, "data": "desk:take:7"})


@pytest.mark.parametrize(
    ("user", "who"),
    [
        ({"first_name": "Anna", "username": "anna_b"}, "Anna (@anna_b)"),
        ({"first_name": "Anna", "last_name": "Bērziņa"}, "Anna Bērziņa (…0042)"),
        ({"username": "anna_b"}, "@anna_b"),
        ({}, "…0042"),
    ],
)
def test_two_of_the_same_name_are_told_apart(user: dict[str, object], who: str) -> None:
    assert tap(query(**user)) == Tap(chat="-100", who=who, act="take:7")


def test_a_bot_taps_nothing() -> None:
    assert tap(query(is_bot=True, first_name="Anna")) is None
