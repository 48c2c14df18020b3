"""`paligs outbox`: replies that did not arrive and messages that were parked; never a word of them, nor an address."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bot.observability.masking import ending, no_numbers

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.conversations.dead_letters import Parked
    from storage.delivery.undelivered import Stuck

app = typer.Typer(help="Replies that did not arrive: list, retry, drop.", no_args_is_help=True)

Reply = Annotated[int, typer.Argument(metavar="ID", help="The number of a reply, as paligs outbox list shows it.")]

PATIENCE: Final = timedelta(minutes=1)
"""What waits longer is stuck, even if nobody has tried to send it."""

MOST: Final = 100


@app.command(name="list")
def list_stuck() -> None:
    """Show replies that failed or wait too long, and messages that could not be taken in."""
    from bot.settings import read
    from storage.conversations import dead_letters
    from storage.database import engine
    from storage.delivery import undelivered

    now = datetime.now(UTC)
    with engine.reading(engine.create(read().database_url)) as connection:
        waiting = undelivered.listed(connection, now - PATIENCE, limit=MOST)
        unread = dead_letters.listed(connection, limit=MOST)
    for line in _lines(waiting, unread, now):
        typer.echo(line)


@app.command()
def retry(reply: Reply) -> None:
    """Try a reply again now; a program that runs takes it up within seconds."""
    from storage.delivery import undelivered

    _change(reply, lambda connection: undelivered.retry(connection, reply, datetime.now(UTC)))
    typer.echo(f"Reply {reply} will be tried again.")


@app.command()
def drop(reply: Reply) -> None:
    """Give a reply up; those that wait behind it go on."""
    from storage.delivery import undelivered

    _change(reply, lambda connection: undelivered.drop(connection, reply, datetime.now(UTC)))
    typer.echo(f"Reply {reply} is given up.")


def _change(reply: int, change: "Callable[[Connection], bool]") -> None:
    from bot.settings import read
    from storage.database import engine

    with engine.writing(engine.create(read().database_url)) as connection:
        changed = change(connection)
    if not changed:
        typer.echo(f"Reply {reply} neither failed nor waits, or is being sent now: see paligs outbox list.", err=True)
        raise typer.Exit(1)


def _lines(waiting: "tuple[Stuck, ...]", unread: "tuple[Parked, ...]", now: datetime) -> Iterator[str]:
    if not waiting and not unread:
        yield "Nothing is stuck."
    if waiting:
        yield f"{'REPLY':>8}  {'STATE':8} {'CHANNEL':9} {'TO':7} {'AGE':>6} {'TRIES':>5}  WHY"
    for reply in waiting:
        why = no_numbers(reply.error)
        yield (
            f"{reply.id:>8}  {reply.state:8} {reply.channel:9} {ending(reply.address):7} "
            f"{_age(now - reply.created_at):>6} {reply.attempts:>5}  {why}"
        ).rstrip()
    if unread:
        yield f"Not taken in: {'CHANNEL':9} {'FROM':7} {'AGE':>6} {'TRIES':>5}  WHY"
    for message in unread:
        yield (
            f"{'':13} {message.channel:9} {ending(message.sender):7} "
            f"{_age(now - message.tried_at):>6} {message.attempts:>5}  {message.error}"
        )
    if MOST in (len(waiting), len(unread)):
        yield f"Only the first {MOST} of a kind are shown."


def _age(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds // size} {unit}"


_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
