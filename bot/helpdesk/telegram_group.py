"""Telegram groups as a place for notices: puts them on the board, and takes what people tap to the desk."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

from bot.channels.interface import DeliveryError
from bot.channels.telegram import Answer, Button, Tap
from bot.helpdesk.handoff_actions import Desk, Result
from bot.notify.formatting import telegram
from bot.notify.interface import Kind, Notice, NotifyError, State, Thread, Told
from bot.notify.staff_address import StaffAddress, Way
from bot.notify.wording import Words
from storage.helpdesk import handoffs

Rows = tuple[tuple[Button, ...], ...]

_ACTS: Final[Mapping[State, tuple[tuple[str, ...], ...]]] = {
    State.OPEN: (("take",), ("reached", "not_needed")),
    State.TAKEN: (("reached", "not_needed"), ("give_back",)),
}
"""What can be done about a hand-off as it stands; about one that is closed, nothing."""


class Board(Protocol):
    """As bot.channels.telegram.Telegram."""

    async def post(self, address: str, html: str, rows: Rows = (), answers: str | None = None) -> str:
        """A new message."""
        ...

    async def change(self, address: str, receipt: str, html: str, rows: Rows = ()) -> None:
        """Another text in its place."""
        ...


class Groups:
    """A Notifier for Telegram groups."""

    def __init__(self, board: Board, words: Words) -> None:
        self._board, self._words = board, words

    async def notify(self, to: StaffAddress, notice: Told, thread: Thread) -> str:
        """As Notifier.notify."""
        if to.way is not Way.TELEGRAM:
            raise NotifyError("this is no Telegram group", permanent=True)
        html, rows = telegram(self._words.written(notice)), self._rows(notice)
        try:
            if thread.receipt is None:
                return await self._board.post(to.target, html, rows, thread.answers)
            await self._board.change(to.target, thread.receipt, html, rows)
        except DeliveryError as exc:
            raise NotifyError(str(exc), permanent=exc.permanent, retry_after=exc.retry_after) from exc
        return thread.receipt

    def _rows(self, notice: Told) -> Rows:
        if not isinstance(notice, Notice) or notice.kind is Kind.REMINDER:
            return ()
        return tuple(
            tuple(Button(title=self._words.say(f"button_{act}"), act=f"{act}:{notice.handoff}") for act in row)
            for row in _ACTS.get(notice.state, ())
        )


class Staffroom:
    """Takes taps to the desk. `groups` are those where notices come: whoever is in one may act, nobody else."""

    def __init__(self, desk: Desk, words: Words, groups: frozenset[str]) -> None:
        self._words, self._groups = words, groups
        self._acts: Mapping[str, Callable[[int, str], Awaitable[Result]]] = {
            "take": desk.take,
            "give_back": desk.give_back,
            "reached": desk.reached,
            "not_needed": desk.not_needed,
        }

    async def __call__(self, tap: Tap) -> Answer:
        """What whoever tapped is told."""
        if tap.chat not in self._groups:
            return Answer(text=self._words.say("no_group"), loud=True)
        act, _, number = tap.act.partition(":")
        if act not in self._acts or not (number.isascii() and number.isdigit() and len(number) < 16):
            return Answer(text="")
        result = await self._acts[act](int(number), tap.who)
        if result.won:
            return Answer(text=self._words.say(f"done_{act}", number=number))
        return Answer(text=self._lost(act, tap.who, result), loud=True)

    def _lost(self, act: str, who: str, result: Result) -> str:
        if result.state is None:
            return self._words.say("gone")
        if result.state not in handoffs.CURRENT:
            return self._words.say("over")
        if act == "give_back":
            return self._words.say("nobody_has" if result.taken_by is None else "not_yours")
        return self._words.say("yours") if result.taken_by == who else self._words.say("had", who=result.taken_by)
