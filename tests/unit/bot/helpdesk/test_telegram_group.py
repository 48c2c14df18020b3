"""Taps in a group: who may act, what they are told, and what is not understood."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from bot.channels.telegram.api.updates import CallbackQuery, Message
from bot.channels.telegram.outgoing.group_messages import (
    ButtonTap,
    GroupReply,
    TapReply,
    parse_button_tap,
    parse_group_reply,
)
from bot.helpdesk.handoff_actions import ActionResult, HandoffActions
from bot.helpdesk.incident_actions import IncidentActions, IncidentResult
from bot.helpdesk.telegram_group import ButtonRows, GroupActions, TelegramGroupNotifier
from bot.notify.interface import IncidentNotification, Thread
from bot.notify.staff_address import parse_staff_address
from bot.notify.wording.notification_texts import NotificationTexts
from bot.notify.wording.staff_sentences import load_time_zone
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from kb.model import LineId
from storage.helpdesk.handoffs import Handoff
from tests.doubles import NOW


@dataclass
class FakeHandoffActions:
    """Answers every act with the same result."""

    result: ActionResult
    calls: list[tuple[str, int, str]] = field(default_factory=list)
    handoffs: dict[int, Handoff] = field(default_factory=dict)

    async def take(self, handoff: int, agent_name: str) -> ActionResult:
        self.calls.append(("take", handoff, agent_name))
        return self.result

    release = mark_contacted = keep = undo = reopen = take

    async def close(self, handoff: int, agent_name: str, reason: CloseReason) -> ActionResult:
        self.calls.append((reason, handoff, agent_name))
        return self.result

    async def find(self, handoff: int) -> Handoff | None:
        return self.handoffs.get(handoff)


@dataclass
class RecordingGroupChannel:
    """Keeps what was posted, with the titles of its buttons."""

    posted: list[tuple[str, list[str]]] = field(default_factory=list)

    async def post(
        self, address: str, html: str, rows: ButtonRows = (), in_reply_to: str | None = None, topic_gone: str = ""
    ) -> str:
        assert address, topic_gone or in_reply_to
        self.posted.append((html, [button.title for row in rows for button in row]))
        return str(len(self.posted))

    async def edit(self, address: str, message_id: str, html: str, rows: ButtonRows = ()) -> None:
        raise AssertionError((address, message_id, html, rows))


@dataclass
class FakeIncidentActions:
    """Answers every act on an incident with the same result."""

    result: IncidentResult
    calls: list[tuple[str, int, str]] = field(default_factory=list)

    async def take(self, incident: int, agent_name: str) -> IncidentResult:
        self.calls.append(("take", incident, agent_name))
        return self.result

    async def works_again(self, incident: int, agent_name: str) -> IncidentResult:
        self.calls.append(("works_again", incident, agent_name))
        return self.result

    async def keep(self, incident: int, agent_name: str) -> IncidentResult:
        self.calls.append(("keep", incident, agent_name))
        return self.result

    async def release(self, incident: int, agent_name: str) -> IncidentResult:
        self.calls.append(("release", incident, agent_name))
        return self.result


def staffroom(shipped: KnowledgeBundle, desk: FakeHandoffActions) -> GroupActions:
    words = NotificationTexts.for_directory(lambda: shipped.base.directory, "en", load_time_zone(None), {})
    return GroupActions(cast("HandoffActions", desk), words, frozenset({"-100"}))


@pytest.mark.parametrize(
    ("act", "called", "done", "undone"),
    [
        ("take_all", "take", "Group of calls no. 7 is assigned to you: 3.", "Nobody in this group waits any more."),
        ("works_again", "works_again", "Group no. 7 is closed: 3.", "Nobody in this group waits any more."),
        ("keep_all", "keep", "Good, group no. 7 stays yours: 3.", "You have nothing in this group."),
        ("give_back_all", "release", "Released: 3. Somebody else can take them.", "You have nothing in this group."),
    ],
)
async def test_whoever_taps_under_an_incident_is_told_what_came_of_it(
    shipped: KnowledgeBundle, act: str, called: str, done: str, undone: str
) -> None:
    words = NotificationTexts.for_directory(lambda: shipped.base.directory, "en", load_time_zone(None), {})
    nobody = cast("HandoffActions", FakeHandoffActions(ActionResult(applied=False, state=None)))
    for changed, text in ((3, done), (0, undone)):
        incidents = FakeIncidentActions(IncidentResult(changed=changed))
        group = GroupActions(nobody, words, frozenset({"-100"}), incident_actions=cast("IncidentActions", incidents))
        reply = await group(ButtonTap(chat="-100", user_name="Ilze", callback_data=f"{act}:7"))
        assert incidents.calls == [(called, 7, "Ilze")]
        assert reply.text.startswith(text)


@pytest.mark.parametrize("kind", [NotificationKind.QUESTION, NotificationKind.INITIAL])
async def test_the_question_about_an_incident_names_who_has_it_and_offers_what_they_can_say(
    shipped: KnowledgeBundle, kind: NotificationKind
) -> None:
    words = NotificationTexts.for_directory(lambda: shipped.base.directory, "en", load_time_zone(None), {})
    channel = RecordingGroupChannel()
    incident = IncidentNotification(
        handoff=7,
        kind=kind,
        line=LineId("technical"),
        reason=HandoffReason.TRADING_STOPPED,
        state=HandoffState.TAKEN,
        last_actor="Anna, Boris",
        verified=True,
        count=20,
        causes=(),
        members=(),
        since=NOW,
        at=NOW,
    )
    await TelegramGroupNotifier(channel, words).notify(
        parse_staff_address("telegram:-100", shipped.base.directory.ticket_channel.address), incident, Thread(key="k")
    )
    ((html, titles),) = channel.posted
    if kind is NotificationKind.QUESTION:
        assert html.startswith("<b>Anna, Boris, do you still have group of calls no. 7?")
        assert titles == ["Still mine", "Release"]
    else:
        assert titles == ["Works again"]


@pytest.mark.parametrize(
    ("act", "result", "text", "loud"),
    [
        (
            "take",
            ActionResult(applied=True, state=HandoffState.TAKEN, taken_by="Ilze"),
            "Call no. 7 is assigned to you.",
            False,
        ),
        (
            "take",
            ActionResult(applied=False, state=HandoffState.TAKEN, taken_by="Anna"),
            "Anna has already taken it.",
            True,
        ),
        (
            "take",
            ActionResult(applied=False, state=HandoffState.TAKEN, taken_by="Ilze"),
            "This call is already assigned to you.",
            True,
        ),
        (
            "take",
            ActionResult(applied=False, state=HandoffState.CLOSED, taken_by="Anna"),
            "This call is already closed.",
            True,
        ),
        ("reached", ActionResult(applied=False, state=HandoffState.CLOSED), "This call is already closed.", True),
        ("reached", ActionResult(applied=True, state=HandoffState.CONTACTED), "Marked as contacted by you.", False),
        (
            "close_no_answer",
            ActionResult(applied=True, state=HandoffState.CLOSED),
            "Call no. 7 is closed.",
            False,
        ),
        ("keep", ActionResult(applied=True, state=HandoffState.TAKEN), "Good, it stays yours.", False),
        (
            "keep",
            ActionResult(applied=False, state=HandoffState.TAKEN, taken_by="Anna"),
            "Somebody else has taken it, and only they can release it.",
            True,
        ),
        ("undo", ActionResult(applied=True, state=HandoffState.TAKEN), "Undone.", False),
        (
            "undo",
            ActionResult(applied=False, state=HandoffState.CLOSED),
            "Only whoever did the last step can undo it, for 5 minutes.",
            True,
        ),
        ("reopen", ActionResult(applied=True, state=HandoffState.OPEN), "Call no. 7 waits again.", False),
        (
            "reopen",
            ActionResult(applied=False, state=HandoffState.OPEN),
            "This call is not closed, or the conversation has a newer one.",
            True,
        ),
        ("give_back", ActionResult(applied=False, state=HandoffState.OPEN), "It is unassigned.", True),
        (
            "give_back",
            ActionResult(applied=True, state=HandoffState.OPEN),
            "Released. Somebody else can take it.",
            False,
        ),
        (
            "take",
            ActionResult(applied=False, state=None),
            "This conversation is gone, the person has deleted their data.",
            True,
        ),
    ],
)
async def test_whoever_taps_is_told_what_came_of_it(
    shipped: KnowledgeBundle, act: str, result: ActionResult, text: str, *, loud: bool
) -> None:
    answer = await staffroom(shipped, FakeHandoffActions(result))(
        ButtonTap(chat="-100", user_name="Ilze", callback_data=f"{act}:7")
    )
    assert answer == TapReply(text=text, show_alert=loud)


def handoff(number: int, reason: HandoffReason, state: HandoffState) -> Handoff:
    return Handoff(
        id=number,
        conversation="room",
        turn=1,
        line=LineId("technical"),
        reason=reason,
        state=state,
        taken_by=None,
        created_at=NOW,
        updated_at=NOW,
        closed_at=NOW if state is HandoffState.CLOSED else None,
    )


def titles(answer: TapReply) -> list[str]:
    return [button.title for row in answer.rows for button in row]


async def test_closing_takes_a_second_tap_that_says_why_and_warns_of_a_stopped_till(shipped: KnowledgeBundle) -> None:
    desk = FakeHandoffActions(ActionResult(applied=True, state=HandoffState.CLOSED))
    desk.handoffs[7] = handoff(7, HandoffReason.ASKED_FOR_PERSON, HandoffState.TAKEN)
    desk.handoffs[8] = handoff(8, HandoffReason.TRADING_STOPPED, HandoffState.OPEN)
    desk.handoffs[9] = handoff(9, HandoffReason.TRADING_STOPPED, HandoffState.CLOSED)
    group = staffroom(shipped, desk)

    async def tap(data: str) -> TapReply:
        return await group(ButtonTap(chat="-100", user_name="Ilze", callback_data=data))

    reasons = ["Solved", "Could not reach them", "Not ours", "Duplicate", "Another reason", "Do not close"]
    asked = await tap("close:7")
    assert (asked.text, asked.show_alert, titles(asked)) == ("Why is call no. 7 closed?", False, reasons)
    assert asked.rows[0][0].callback_data == "close_solved:7"
    stopped = await tap("close:8")
    assert stopped.text.startswith("Work has stopped there!")
    assert stopped.show_alert
    assert titles(stopped) == reasons
    back = await tap("back:7")
    assert (back.text, titles(back)) == ("Call no. 7 stays open.", ["Contacted", "Close…", "Release", "Undo"])
    assert (await tap("close:9")).text == "This call is already closed."
    assert (await tap("close:99")).text.startswith("This conversation is gone")
    assert desk.calls == []
    await tap("close_solved:7")
    assert desk.calls == [(CloseReason.SOLVED, 7, "Ilze")]


@pytest.mark.parametrize("chat", ["42", "-1001", "100", ""])
async def test_from_elsewhere_nothing_is_done(shipped: KnowledgeBundle, chat: str) -> None:
    desk = FakeHandoffActions(ActionResult(applied=True, state=HandoffState.TAKEN))
    answer = await staffroom(shipped, desk)(ButtonTap(chat=chat, user_name="Ilze", callback_data="take:7"))
    assert answer.text == "This button works only in the group where calls come in."
    assert desk.calls == []


@pytest.mark.parametrize(
    "act",
    [
        "",
        "take",
        "take:",
        "take:x",
        "take:-7",
        "take:²",
        "close:x",
        "close_works_again:7",
        f"take:{'9' * 30}",
        "erase:7",
        ":7",
    ],
)
async def test_what_no_button_of_ours_says_does_nothing(shipped: KnowledgeBundle, act: str) -> None:
    desk = FakeHandoffActions(ActionResult(applied=True, state=HandoffState.TAKEN))
    assert await staffroom(shipped, desk)(ButtonTap(chat="-100", user_name="Ilze", callback_data=act)) == TapReply(
        text=""
    )
    assert desk.calls == []


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
    assert parse_button_tap(query(**user)) == ButtonTap(chat="-100", user_name=who, callback_data="take:7")


def test_a_bot_taps_nothing() -> None:
    assert parse_button_tap(query(is_bot=True, first_name="Anna")) is None


def group_message(**more: object) -> Message:
    """A member's reply to a message of the bot's (id 1), or another message."""
    return Message.model_validate(
        {
            "message_id": 8,
            "date": 1,
            "chat": {"id": -100, "type": "group"},
            "from": {"id": 90210042, "first_name": "Anna", "username": "anna_b"},
            "text": "Braucu",
            "reply_to_message": {"message_id": 5, "from": {"id": 1, "is_bot": True}},
            **more,
        }
    )


def test_a_reply_to_the_bots_message_is_heard() -> None:
    assert parse_group_reply(group_message(), 1) == GroupReply(
        chat="-100", message_id="8", replied_to="5", user_name="Anna (@anna_b)", text="Braucu"
    )


@pytest.mark.parametrize(
    "more",
    [
        {"reply_to_message": None},
        {"reply_to_message": {"message_id": 5, "from": {"id": 2}}},
        {"reply_to_message": {"message_id": 5}},
        {"reply_to_message": {"from": {"id": 1}}},
        {"from": {"id": 3, "is_bot": True}},
        {"from": None},
        {"sender_chat": {"id": -100, "type": "group"}},
        {"edit_date": 2},
        {"text": None, "caption": "Braucu"},
        {"text": "/start"},
    ],
)
def test_anything_else_in_the_group_goes_to_nobody(more: dict[str, object]) -> None:
    assert parse_group_reply(group_message(**more), 1) is None
