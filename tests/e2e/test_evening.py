"""A whole evening: 76 conversations in three languages, two storms of twenty restaurants, and one call of its own."""

import asyncio
from pathlib import Path
from time import monotonic, time
from typing import Final

from sqlalchemy import select

from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import HandoffState
from kb.text.term_search import TermSearch
from storage.conversations import search
from storage.conversations.search import SearchFilter
from storage.database.engine import read_transaction
from storage.helpdesk import handoffs as stored
from storage.helpdesk import incidents
from storage.helpdesk.handoff_states import HandoffEvent
from storage.tables import conversations, handoffs, notices
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.telegram_peer_rules import Json
from tests.e2e.test_group_replies import answers
from tests.e2e.test_notices import GROUP, FakeMailServer, mailroom, peer, shown, titles
from tests.e2e.test_storms import GENUINE, RESTAURANTS, WORDINGS, Evening, evening

__all__ = ["mailroom", "peer"]

QUIET: Final = (
    "kā mainīt cenu?",
    "kādas ir jūsu darba stundas?",
    "kā noslēgt dienu, z atskaite",
    "как изменить цену?",
    "как закрыть смену и снять z-отчёт?",
    "какие у вас часы работы?",
    "how do I change a price?",
    "how do I split a bill?",
    "what are your opening hours?",
)
CONVERSATIONS: Final = 76
TENTH_OF_BEFORE: Final = 12
"""A tenth of the messages that one storm made before hand-offs of one cause were told together."""
ON_MY_WAY: Final = "Esmu ceļā, būšu pēc 10 minūtēm"
WITHIN_SECONDS: Final = 5.0
"""From the person's call to the group's message, in the middle of a storm."""


async def quiet_conversations(night: Evening) -> None:
    """Half of them in Telegram, half in WhatsApp; nobody of them needs people."""
    for number in range(0, CONVERSATIONS, 2):
        night.telegram.send_text(QUIET[number % len(QUIET)], user=2000 + number)
        await night.whatsapp(2001 + number, QUIET[(number + 1) % len(QUIET)], f"Viesis {number}")


async def half_storm(night: Evening, numbers: range) -> None:
    """Restaurants that cannot sell, each with place and number in a second message."""
    for number in numbers:
        await night.whatsapp(number, WORDINGS[number % len(WORDINGS)], f"Vadītājs {number}")
        await night.whatsapp(number, f"restorāns Vieta{number}, zvaniet 29 11{number:04}")


async def first_storm(night: Evening, numbers: range) -> None:
    """Twenty restaurants, each with a line of the list; taken and ended at once."""
    await half_storm(night, numbers)
    listed = await night.until_text(f"{RESTAURANTS} izsaukumi ar vienu cēloni")
    await night.telegram.until(lambda: all(line_of(listed, number) for number in numbers))
    for number in numbers:
        line = line_of(listed, number)
        assert f"Vadītājs {number}" in line, line
        assert f"2911{number:04}" in line.replace(" ", ""), line
    night.telegram.tap_button("Paņemu visus", user=7, message=listed)
    await night.telegram.until(lambda: "Atkal strādā" in titles(listed))
    night.telegram.tap_button("Atkal strādā", user=7, message=listed)
    await night.telegram.until(lambda: not waiting(night))


async def second_storm(night: Evening, numbers: range) -> None:
    """Twenty more, with a call of its own in the middle. The list may lag behind: calls go before edits."""
    half = RESTAURANTS // 2
    await half_storm(night, numbers[:half])
    # The half took seconds here and takes half a minute in truth: the group has it by then.
    await night.telegram.until(lambda: all_sent(night))
    arrived, _ = await asyncio.gather(genuine_call(night), half_storm(night, numbers[half:]))
    with read_transaction(night.program.database) as connection:
        call = stored.get(connection, handoff_of_call(night))
    assert call is not None
    # From when it was understood: what the machine needs until then is another matter.
    assert arrived - call.created_at.timestamp() <= WITHIN_SECONDS
    await night.telegram.until(lambda: waiting(night) == RESTAURANTS + 1)
    await night.telegram.until(lambda: all_sent(night))
    with read_transaction(night.program.database) as connection:
        (incident,) = incidents.list_running(connection)
        assert len(incidents.members(connection, incident.id)) == RESTAURANTS + 1


def line_of(listed: Json, number: int) -> str:
    """The line of a restaurant in the list of an incident; empty if it is not there yet, or without its place."""
    return next((one for one in listed["text"].splitlines() if f" Vieta{number} " in one), "")


def assert_all_are_named(night: Evening, numbers: range) -> None:
    """Every restaurant that cannot sell is a hand-off, and its cause is known."""
    with read_transaction(night.program.database) as connection:
        senders = {f"+371261{number:05}" for number in numbers}
        found = select(conversations.c.sender, handoffs.c.reason, handoffs.c.cause).join(
            conversations, conversations.c.id == handoffs.c.conversation_id
        )
        called = {
            row.sender.removeprefix("whatsapp:"): row
            for row in connection.execute(found)
            if row.sender.removeprefix("whatsapp:") in senders
        }
    assert called.keys() == senders
    assert {row.reason for row in called.values()} == {HandoffReason.TRADING_STOPPED}
    assert {sender for sender, row in called.items() if row.cause is None} == set()


def all_sent(night: Evening) -> bool:
    """Whether the groups have every message of its own; edits may still come."""
    with read_transaction(night.program.database) as connection:
        unsent = select(notices.c.id).where(notices.c.shown == 0, notices.c.due_at.is_not(None), notices.c.live)
        return connection.scalar(unsent.limit(1)) is None


def waiting(night: Evening) -> int:
    with read_transaction(night.program.database) as connection:
        return len(stored.list_by_state(connection))


async def genuine_call(night: Evening) -> float:
    """One call with another cause while the storm goes on; when the group has it."""
    night.telegram.send_text(GENUINE, user=42)
    found = list[int]()

    def there() -> bool:
        """Whether a message begins with it; that it stands in the list of the others is another matter."""
        sent = enumerate(night.telegram.sent)
        found[:] = [at for at, one in sent if "Ķiploku krogs" in one["text"].splitlines()[0]]
        return bool(found)

    await night.telegram.until(there)
    headline = night.telegram.sent[found[0]]["text"].splitlines()[0]
    assert all(part in headline for part in ("STĀV", "Ķiploku krogs", "Ilze", "29 111 222")), headline
    return time() - (monotonic() - night.telegram.sent_at[found[0]])


def assert_found_by_its_words_in_any_order(night: Evening) -> None:
    """The printer at a restaurant that was named, by place, name and number too."""
    with read_transaction(night.program.database) as connection:
        for words in ("printeris krogs", "Ķiploku printeris", "kiploku printer", "Ilze printeris", "krogs 29111222"):
            hits = search.search(connection, SearchFilter(terms=TermSearch(words))).hits
            assert [hit.sender for hit in hits] == ["42"], words


async def reply_close_and_reopen(night: Evening) -> None:
    """The reply from the group is seen in the chat; what was closed is opened again by who writes that it stands."""
    peer = night.telegram
    message = next(one for one in shown(peer) if "Ķiploku krogs" in one["text"].splitlines()[0])
    answers(peer, message, ON_MY_WAY, user=7)
    await peer.until(lambda: ON_MY_WAY in peer.bot_texts(42))
    assert ON_MY_WAY not in peer.bot_texts(GROUP)
    for title in ("Slēgt…", "Atrisināts"):
        await peer.until(lambda wanted=title: wanted in titles(message))  # type: ignore[misc]
        peer.tap_button(title, user=7, message=message)
    await peer.until(lambda: states_of_call(night) == [HandoffState.CLOSED])
    peer.send_text("joprojām nestrādā", user=42)
    await peer.until(lambda: states_of_call(night) == [HandoffState.OPEN])
    with read_transaction(night.program.database) as connection:
        log = stored.list_events(connection, handoff_of_call(night))
    assert [one.event for one in log].count(HandoffEvent.REOPENED) == 1


def handoff_of_call(night: Evening) -> int:
    """The number of the call in the middle of the storm."""
    wanted = select(handoffs.c.id).join(conversations, conversations.c.id == handoffs.c.conversation_id)
    with read_transaction(night.program.database) as connection:
        return int(connection.execute(wanted.where(conversations.c.sender == "42")).scalar_one())


def states_of_call(night: Evening) -> list[HandoffState]:
    with read_transaction(night.program.database) as connection:
        found = stored.get(connection, handoff_of_call(night))
    return [] if found is None else [found.state]


def answered(night: Evening) -> int:
    """How many people of the quiet conversations have an answer."""
    telegram = {one["chat"]["id"] for one in night.telegram.sent if 2000 <= one["chat"]["id"] < 3000}
    whatsapp = {one["To"] for one in night.twilio.requests if one["To"].startswith("whatsapp:+3712610")}
    return len(telegram) + len({to for to in whatsapp if int(to[-5:]) > 2000})


async def test_an_evening_with_two_storms_is_a_handful_of_messages_and_every_restaurant_is_on_the_list(
    shipped: KnowledgeBundle, peer: TelegramPeer, mailroom: tuple[FakeMailServer, int], tmp_path: Path
) -> None:
    async with evening(shipped, peer, mailroom, tmp_path) as night:
        await quiet_conversations(night)
        await peer.until(lambda: answered(night) == CONVERSATIONS)
        assert (night.staff_messages(), waiting(night)) == (0, 0), "who asks how something is done needs nobody"

        for first, storm in ((1, first_storm), (101, second_storm)):
            before, numbers = night.staff_messages(), range(first, first + RESTAURANTS)
            await storm(night, numbers)
            assert_all_are_named(night, numbers)
            # The call in the middle is a message and a letter of its own.
            own = 2 if storm is second_storm else 0
            assert night.staff_messages() - before <= TENTH_OF_BEFORE + own
        assert_found_by_its_words_in_any_order(night)
        await reply_close_and_reopen(night)
        assert not peer.contract_violations
