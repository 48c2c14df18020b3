"""`paligs outbox`: undelivered replies and dead letters; shows neither text nor addresses."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from bot.observability.masking import last_digits, mask_numbers

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.conversations.dead_letters import DeadLetter
    from storage.delivery.undelivered import UndeliveredReply

app = typer.Typer(help="Undelivered replies: list, retry, drop.", no_args_is_help=True, rich_markup_mode=None)

Changed = TypeVar("Changed")

ReplyId = Annotated[int, typer.Argument(metavar="ID", help="The number of a reply, as paligs outbox list shows it.")]

OVERDUE_AFTER: Final = timedelta(minutes=1)
"""A reply that waits longer counts as undelivered, even before its first attempt."""

MAX_ROWS: Final = 100


@app.command(name="list")
def list_undelivered() -> None:
    """Show replies that failed or wait too long, and dead-lettered messages."""
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
def retry(
    reply: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="The number, as paligs outbox list shows it.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every reply that failed or waits.")] = False,
    hours: Annotated[int, typer.Option(min=1, help="With --all: only replies of the last so many hours.")] = 24,
) -> None:
    """Retry a reply now, or all of the last hours; a running server sends them within seconds."""
    from storage.delivery import undelivered

    now = datetime.now(UTC)
    if (reply is None) is not every:
        raise typer.BadParameter("give the number of a reply, or --all")
    if reply is not None:
        number = reply
        _change_reply(number, lambda connection: undelivered.retry(connection, number, now))
        typer.echo(f"Reply {number} will be retried.")
        return
    count = _in_database(lambda connection: undelivered.retry_all(connection, now - timedelta(hours=hours), now))
    typer.echo(f"Replies that will be retried: {count}.")


@app.command()
def drop(reply: ReplyId) -> None:
    """Discard a reply; those queued behind it are sent."""
    from storage.delivery import undelivered

    _change_reply(reply, lambda connection: undelivered.drop(connection, reply, datetime.now(UTC)))
    typer.echo(f"Reply {reply} is discarded.")


def _in_database(change: "Callable[[Connection], Changed]") -> "Changed":
    from bot.settings import read_settings
    from storage.database import engine

    with engine.write_transaction(engine.create_database_engine(read_settings().database_url)) as connection:
        return change(connection)


def _change_reply(reply: int, change: "Callable[[Connection], bool]") -> None:
    if not _in_database(change):
        typer.echo(f"Reply {reply} neither failed nor waits, or is being sent now: see paligs outbox list.", err=True)
        raise typer.Exit(1)


def _format_rows(
    replies: "tuple[UndeliveredReply, ...]", dead_letters: "tuple[DeadLetter, ...]", now: datetime
) -> Iterator[str]:
    if not replies and not dead_letters:
        yield "Nothing is undelivered."
    if replies:
        yield f"{'REPLY':>8}  {'STATE':8} {'CHANNEL':9} {'TO':7} {'AGE':>6} {'ATTEMPTS':>8}  REASON"
    for reply in replies:
        reason = mask_numbers(reply.error)
        yield (
            f"{reply.id:>8}  {reply.state:8} {reply.channel:9} {last_digits(reply.address):7} "
            f"{_format_age(now - reply.created_at):>6} {reply.attempts:>8}  {reason}"
        ).rstrip()
    if dead_letters:
        yield f"Dead letters: {'CHANNEL':9} {'FROM':7} {'AGE':>6} {'ATTEMPTS':>8}  REASON"
    for message in dead_letters:
        yield (
            f"{'':13} {message.channel:9} {last_digits(message.sender):7} "
            f"{_format_age(now - message.tried_at):>6} {message.attempts:>8}  {message.error}"
        )
    if MAX_ROWS in (len(replies), len(dead_letters)):
        yield f"Only the first {MAX_ROWS} of each kind are shown."


def _format_age(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    size, unit = next(((size, unit) for size, unit in _TIME_UNITS if seconds >= size), _TIME_UNITS[-1])
    return f"{seconds // size} {unit}"


_TIME_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
