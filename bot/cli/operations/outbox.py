"""`paligs outbox`: replies that did not arrive and messages that were parked; never a word of them, nor an address."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bot.observability.masking import last_digits, mask_numbers

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.conversations.dead_letters import DeadLetter
    from storage.delivery.undelivered import UndeliveredReply

app = typer.Typer(help="Replies that did not arrive: list, retry, drop.", no_args_is_help=True)

ReplyId = Annotated[int, typer.Argument(metavar="ID", help="The number of a reply, as paligs outbox list shows it.")]

OVERDUE_AFTER: Final = timedelta(minutes=1)
"""What waits longer is stuck, even if nobody has tried to send it."""

MAX_ROWS: Final = 100


@app.command(name="list")
def list_undelivered() -> None:
    """Show replies that failed or wait too long, and messages that could not be taken in."""
    from bot.settings import read_settings
    from storage.conversations import dead_letters
    from storage.database import engine
    from storage.delivery import undelivered

    now = datetime.now(UTC)
    with engine.read_transaction(engine.create_database_engine(read_settings().database_url)) as connection:
        waiting = undelivered.list_undelivered(connection, now - OVERDUE_AFTER, limit=MAX_ROWS)
        unread = dead_letters.list_dead_letters(connection, limit=MAX_ROWS)
    for line in _format_rows(waiting, unread, now):
        typer.echo(line)


@app.command()
def retry(reply: ReplyId) -> None:
    """Try a reply again now; a program that runs takes it up within seconds."""
    from storage.delivery import undelivered

    _change_reply(reply, lambda connection: undelivered.retry(connection, reply, datetime.now(UTC)))
    typer.echo(f"Reply {reply} will be tried again.")


@app.command()
def drop(reply: ReplyId) -> None:
    """Give a reply up; those that wait behind it go on."""
    from storage.delivery import undelivered

    _change_reply(reply, lambda connection: undelivered.drop(connection, reply, datetime.now(UTC)))
    typer.echo(f"Reply {reply} is given up.")


def _change_reply(reply: int, change: "Callable[[Connection], bool]") -> None:
    from bot.settings import read_settings
    from storage.database import engine

    with engine.write_transaction(engine.create_database_engine(read_settings().database_url)) as connection:
        changed = change(connection)
    if not changed:
        typer.echo(f"Reply {reply} neither failed nor waits, or is being sent now: see paligs outbox list.", err=True)
        raise typer.Exit(1)


def _format_rows(
    replies: "tuple[UndeliveredReply, ...]", dead_letters: "tuple[DeadLetter, ...]", now: datetime
) -> Iterator[str]:
    if not replies and not dead_letters:
        yield "Nothing is stuck."
    if replies:
        yield f"{'REPLY':>8}  {'STATE':8} {'CHANNEL':9} {'TO':7} {'AGE':>6} {'TRIES':>5}  WHY"
    for reply in replies:
        why = mask_numbers(reply.error)
        yield (
            f"{reply.id:>8}  {reply.state:8} {reply.channel:9} {last_digits(reply.address):7} "
            f"{_format_age(now - reply.created_at):>6} {reply.attempts:>5}  {why}"
        ).rstrip()
    if dead_letters:
        yield f"Not taken in: {'CHANNEL':9} {'FROM':7} {'AGE':>6} {'TRIES':>5}  WHY"
    for message in dead_letters:
        yield (
            f"{'':13} {message.channel:9} {last_digits(message.sender):7} "
            f"{_format_age(now - message.tried_at):>6} {message.attempts:>5}  {message.error}"
        )
    if MAX_ROWS in (len(replies), len(dead_letters)):
        yield f"Only the first {MAX_ROWS} of a kind are shown."


def _format_age(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    size, unit = next(((size, unit) for size, unit in _TIME_UNITS if seconds >= size), _TIME_UNITS[-1])
    return f"{seconds // size} {unit}"


_TIME_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
