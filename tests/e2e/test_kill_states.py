"""The program is killed while hand-offs are in every state: no reminder, escalation or question is lost or doubled.

make soak plays it ten times on SQLite and ten on PostgreSQL, with a second kill before the escalations.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from handlers.model.handoff import HandoffState, NotificationKind
from storage.database.engine import read_transaction
from storage.helpdesk import handoffs as stored
from storage.helpdesk.handoff_states import HandoffEvent, HandoffLogEntry
from storage.helpdesk.handoffs import Handoff
from storage.tables import conversations, handoffs, notices
from tests.contract.conftest import postgres
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.telegram_peer_rules import Json
from tests.e2e.test_kill_timers import GROUP, ProcessGroup, machine, store, until

__all__ = ["postgres", "store"]

SOAK = "PALIGS_SOAK" in os.environ
ROUNDS = int(os.environ.get("PALIGS_SOAK", "1"))
DESK: Final = -1001000000003
PATIENCE, TAKEN = (16.0, 17.0) if SOAK else (8.0, 9.0)
LATE = 5.0
STOPPED, PERSON = "kase uzkārusies, nevaram neko pārdot", "pasauciet cilvēku"
WAITING, ASSIGNED, CONTACTED, REOPENED = range(101, 105)
CLOSED, MEMBERS, LATECOMER = 105, (106, 107, 108), 109
WAITED: Final = (HandoffEvent.REMINDED, HandoffEvent.ESCALATED) if SOAK else (HandoffEvent.REMINDED,)
EXPECTED: Final[Mapping[int, tuple[HandoffEvent, ...]]] = {
    WAITING: (HandoffEvent.OPENED, *WAITED),
    ASSIGNED: (HandoffEvent.OPENED, HandoffEvent.TAKEN, HandoffEvent.ASKED),
    CONTACTED: (HandoffEvent.OPENED, HandoffEvent.CONTACTED, HandoffEvent.ASKED),
    REOPENED: (HandoffEvent.OPENED, HandoffEvent.CLOSED, HandoffEvent.REOPENED, *WAITED),
    CLOSED: (HandoffEvent.OPENED, HandoffEvent.CLOSED),
    **dict.fromkeys(MEMBERS, (HandoffEvent.OPENED, HandoffEvent.TAKEN, HandoffEvent.ASKED)),
    LATECOMER: (HandoffEvent.OPENED, *WAITED),
}
"""What happens to the hand-off of each person, in the end."""


class HandoffStreet:
    """People and agents in Telegram, and what the program keeps of their hand-offs."""

    def __init__(self, house: ProcessGroup, peer: TelegramPeer) -> None:
        self.house, self.peer = house, peer

    def handoff_of(self, person: int) -> Handoff | None:
        """The hand-off of a person; each has one."""
        with read_transaction(self.house.engine) as connection:
            wanted = select(handoffs.c.id).join(conversations, conversations.c.id == handoffs.c.conversation_id)
            number = connection.scalar(wanted.where(conversations.c.sender == str(person)))
            return None if number is None else stored.get(connection, number)

    def log_of(self, person: int) -> tuple[HandoffLogEntry, ...]:
        """What has happened to it."""
        found = self.handoff_of(person)
        assert found is not None
        with read_transaction(self.house.engine) as connection:
            return stored.list_events(connection, found.id)

    async def calls(self, person: int, words: str) -> Json:
        """The person calls for people; the first notification of it."""
        self.peer.send_text(words, user=person)
        await until(lambda: self.handoff_of(person) is not None, self.house)
        found = self.handoff_of(person)
        assert found is not None
        number, there = f"Izsaukums Nr. {found.id},", list[Json]()

        def told() -> bool:
            there[:] = [one for one in self.peer.sent if number in one["text"]]
            return bool(there)

        await until(told, self.house)
        return there[0]

    async def taps(self, message: Json, *titles: str) -> None:
        """An agent taps one button after the other, as each appears."""
        for title in titles:
            await until(lambda wanted=title: wanted in buttons(message), self.house)  # type: ignore[misc]
            self.peer.tap_button(title, user=77, message=message)

    async def becomes(self, person: int, state: HandoffState) -> None:
        """Until the hand-off of the person is in this state."""
        await until(lambda: (found := self.handoff_of(person)) is not None and found.state is state, self.house)

    async def every_state(self) -> None:
        """Hand-offs in every state, and an incident that is taken but for the last one who came."""
        told = {person: await self.calls(person, PERSON) for person in (WAITING, ASSIGNED, CONTACTED, REOPENED)}
        closed = await self.calls(CLOSED, STOPPED)
        await self.taps(told[ASSIGNED], "Paņemu")
        await self.taps(told[CONTACTED], "Sazinājos")
        for person, message in ((REOPENED, told[REOPENED]), (CLOSED, closed)):
            await self.taps(message, "Slēgt…", "Atrisināts")
            await self.becomes(person, HandoffState.CLOSED)
        self.peer.send_text("joprojām nestrādā", user=REOPENED)
        await self.becomes(REOPENED, HandoffState.OPEN)
        for person in MEMBERS:
            # One after the other: of those that are stored at the same moment PostgreSQL shows none to the others.
            self.peer.send_text(STOPPED, user=person)
            await self.becomes(person, HandoffState.OPEN)
        await until(lambda: any("ar vienu cēloni" in one["text"] for one in self.peer.sent), self.house)
        listed = next(one for one in self.peer.sent if "ar vienu cēloni" in one["text"])
        await self.taps(listed, "Paņemu visus")
        for person in MEMBERS:
            await self.becomes(person, HandoffState.TAKEN)
        self.peer.send_text(STOPPED, user=LATECOMER)
        await self.becomes(LATECOMER, HandoffState.OPEN)
        incident = {found.incident for person in (*MEMBERS, LATECOMER) if (found := self.handoff_of(person))}
        assert len(incident) == 1
        assert None not in incident

    async def kill(self) -> tuple[float, float]:
        """Killed while nothing that a timer brings is on its way, which would come twice: that is how nothing is lost.
        When that was, and when all runs again.

        The timers that come due meanwhile are told after it.
        """
        await until(lambda: self._all_told() and not self._soon(), self.house)
        killed = time.time()
        self.house.kill()
        return killed, await self.house.start_all()

    def _all_told(self) -> bool:
        """Whether all that timers bring is known to have arrived."""
        kinds = (NotificationKind.REMINDER, NotificationKind.QUESTION, NotificationKind.ESCALATION)
        unsent = select(notices.c.id).where(notices.c.shown == 0, notices.c.kind.in_(kinds))
        with read_transaction(self.house.engine) as connection:
            return connection.scalar(unsent.where(notices.c.due_at.is_not(None)).limit(1)) is None

    def _soon(self) -> bool:
        """Whether a timer is about to come due."""
        soon = datetime.now(UTC) + timedelta(seconds=0.7)
        with read_transaction(self.house.engine) as connection:
            times = (handoffs.c.remind_at, handoffs.c.escalate_at, handoffs.c.ask_at)
            rows = connection.execute(select(*times).where(handoffs.c.closed_at.is_(None)))
            return any(at is not None and at <= soon for row in rows for at in row)

    def happened(self, *events: HandoffEvent) -> bool:
        """Whether each of these has happened to all that it is to happen to."""
        return all(
            event in (one.event for one in self.log_of(person))
            for person, expected in EXPECTED.items()
            for event in expected
            if event in events
        )


def buttons(message: Json) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [str(button["text"]) for row in rows for button in row]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
async def test_a_kill_loses_and_doubles_no_timer_in_any_state(
    store: str,
    number: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if store and not SOAK:
        pytest.skip("make soak plays it on PostgreSQL too")
    more = {
        "NOTIFY_HELPDESK": f"telegram:{DESK}",
        "NOTIFY_ADMINISTRATION": f"telegram:{DESK}",
        "NOTIFY_AFTER": f"{PATIENCE / 60}, stopped={PATIENCE / 60}, taken={TAKEN / 60}",
        "NOTIFY_INCIDENT_FROM": "3",
    }
    async with TelegramPeer() as peer:
        house = machine(store, tmp_path, peer, **more)
        with ExitStack() as stack:
            for program in house.programs:
                stack.enter_context(program)
            await house.start_all()
            desk = HandoffStreet(house, peer)
            await desk.every_state()
            down = [await desk.kill()]
            await until(lambda: desk.happened(HandoffEvent.REMINDED, HandoffEvent.ASKED), house)
            if SOAK:
                down.append(await desk.kill())
                await until(lambda: desk.happened(HandoffEvent.ESCALATED), house)
            await until(lambda: all(told(peer, TOLD[event]) == claims(desk, event) for event in TOLD), house)

            logs = {person: desk.log_of(person) for person in EXPECTED}
            assert {person: first_round(log) for person, log in logs.items()} == EXPECTED
            closed = desk.handoff_of(CLOSED)
            assert closed is not None
            assert (closed.remind_at, closed.escalate_at, closed.ask_at) == (None, None, None)
            assert not peer.contract_violations
            timers = [timer for log in logs.values() for timer in timers_of(log)]
            assert min(told_at - at for at, told_at in timers) >= -0.1, "none comes before its time"
            late = lateness(timers, down)
            with capsys.disabled():
                print(f"\n{house.engine.dialect.name} {number}: late by at most {max(late):.1f} s")  # noqa: T201
            assert max(late) <= LATE
            house.engine.dispose()


def first_round(log: tuple[HandoffLogEntry, ...]) -> tuple[HandoffEvent, ...]:
    """What has happened, without what only a slow machine brings: a second escalation or question that was due
    meanwhile, and a reminder before the agent's step that ends the wait.
    """
    found = dict[HandoffEvent, HandoffLogEntry]()
    last_step = max(place for place, one in enumerate(log) if one.event not in _DELAYS)
    for place, one in enumerate(log):
        if one.event in _DELAYS and place < last_step:
            continue
        again = found.get(one.event)
        if again is None:
            found[one.event] = one
        elif one.event not in _AGAIN_AFTER or (one.at - again.at).total_seconds() < _AGAIN_AFTER[one.event]:
            return tuple(each.event for each in log)
    return tuple(event for event in found if SOAK or event is not HandoffEvent.ESCALATED)


_AGAIN_AFTER: Final = {HandoffEvent.ESCALATED: 2 * PATIENCE, HandoffEvent.ASKED: 2 * TAKEN}
TOLD: Final = {HandoffEvent.REMINDED: "Atgādinājums: ", HandoffEvent.ASKED: "joprojām ir pie Jums?"}
"""What the messages say first that a timer brings to the group of a line."""


def told(peer: TelegramPeer, words: str) -> Counter[str]:
    """How often the groups of the lines were told so, by hand-off; all of an incident is one."""
    lines = (one["text"].splitlines()[0] for one in peer.sent if one["chat"]["id"] in (GROUP, DESK))
    return Counter("incident" if "grup" in line else number_in(line) for line in lines if words in line)


def number_in(text: str) -> str:
    return text.partition("Nr. ")[2].split()[0]


def claims(desk: HandoffStreet, event: HandoffEvent) -> Counter[str]:
    """How often a timer has come due, by hand-off; for an incident as often as for one of those in it."""
    found = Counter[str]()
    for person in EXPECTED:
        count, handoff = sum(one.event is event for one in desk.log_of(person)), desk.handoff_of(person)
        assert handoff is not None
        if handoff.incident is None:
            found[str(handoff.id)] += count
        else:
            found["incident"] = max(found["incident"], count)
    return +found


def timers_of(log: tuple[HandoffLogEntry, ...]) -> Iterator[tuple[float, float]]:
    """When each timer of a hand-off came due for the first time after a step, and when it was told."""
    began, told_since = log[0].at, set[HandoffEvent]()
    for one in log:
        if one.event not in _DELAYS:
            began, told_since = one.at, set()
        elif one.event not in told_since:
            told_since.add(one.event)
            yield (began + timedelta(seconds=_DELAYS[one.event])).timestamp(), one.at.timestamp()


def lateness(timers: list[tuple[float, float]], down: list[tuple[float, float]]) -> list[float]:
    """How many seconds after its time each timer was told, or after the program said that it runs again, if that was
    later: it tells what is due a moment before it says so.
    """
    found = []
    for at, told_at in timers:
        back = [running for killed, running in down if at <= running and killed <= told_at]
        found.append(max(0.0, told_at - max([at, *back])))
    return found


_DELAYS: Final = {
    HandoffEvent.REMINDED: PATIENCE,
    HandoffEvent.ESCALATED: 2 * PATIENCE,
    HandoffEvent.ASKED: TAKEN,
}
