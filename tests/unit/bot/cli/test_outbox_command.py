"""`paligs outbox`: what is undelivered, without a word of it and without an address."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from bot.cli.operations import outbox as command
from bot.observability.masking import last_digits
from handlers.model.messages import Inbound, Reply
from storage.conversations import conversations, dead_letters
from storage.database import engine
from storage.delivery import outbox, status
from storage.delivery.outbox import OutgoingReply
from storage.migrations import upgrade

SENDER = "whatsapp:+37120000077"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The database that the command line is set to."""
    url = f"sqlite:///{tmp_path / 'paligs.sqlite3'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    opened = engine.create_database_engine(url)
    upgrade.upgrade(opened)
    yield opened
    opened.dispose()


def paligs(*arguments: str) -> Result:
    return CliRunner().invoke(command.app, arguments)


def inbound(now: datetime) -> Inbound:
    return Inbound(
        channel="whatsapp", conversation=SENDER, sender=SENDER, message_id="SM1", sent_at=now, text="ŠNICELIS"
    )


def reply(database: Engine, *, age: timedelta = timedelta(0), error: str | None = None, final: bool = False) -> int:
    """One that waits; with an error it was tried."""
    now = datetime.now(UTC) - age
    with engine.write_transaction(database) as connection:
        talk = conversations.open_and_lock(connection, inbound(now), now)
        (number,) = outbox.enqueue(connection, talk, None, [Reply(text="ŠNICELIS")], now)
        if error is not None:
            assert isinstance(outbox.claim(connection, talk.id, now), OutgoingReply)
            if final:
                status.mark_failed(connection, number, error)
            else:
                status.reschedule(connection, number, error, now + timedelta(hours=9))
    return number


def test_nothing_stuck_is_said_so(database: Engine) -> None:
    reply(database)
    assert paligs("list").output == "Nothing is undelivered.\n"


def test_what_failed_and_what_waits_too_long_is_listed_with_its_reason(database: Engine) -> None:
    failed = reply(database, error="63016: outside the window", final=True)
    old = reply(database, age=timedelta(hours=3))
    head, first, second = paligs("list").output.splitlines()
    assert head.split() == ["REPLY", "STATE", "CHANNEL", "TO", "AGE", "ATTEMPTS", "REASON"]
    assert first.split()[:4] == [str(failed), "failed", "whatsapp", "…077"]
    assert first.endswith("1  63016: outside the window")
    assert second.split() == [str(old), "pending", "whatsapp", "…077", "3", "h", "0"]


def test_no_word_no_address_and_no_number_is_shown(database: Engine) -> None:
    reply(database, error=f"{SENDER} is not on WhatsApp", final=True)
    with engine.write_transaction(database) as connection:
        for _ in range(dead_letters.MAX_ATTEMPTS):
            dead_letters.record_failure(connection, inbound(datetime.now(UTC)), "KeyError", datetime.now(UTC))
    told = paligs("list").output
    assert "ŠNICELIS" not in told
    assert "37120000" not in told
    assert "whatsapp:+… is not on WhatsApp" in told


def test_messages_that_could_not_be_taken_in_are_listed_too(database: Engine) -> None:
    with engine.write_transaction(database) as connection:
        for _ in range(dead_letters.MAX_ATTEMPTS):
            dead_letters.record_failure(
                connection, inbound(datetime.now(UTC)), "KeyError", datetime.now(UTC) - timedelta(days=2)
            )
    head, told = paligs("list").output.splitlines()
    assert head.startswith("Dead letters")
    assert told.split() == ["whatsapp", "…077", "2", "d", "5", "KeyError"]


def test_a_long_list_says_that_it_has_an_end(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MAX_ROWS", 2)
    for _ in range(3):
        reply(database, age=timedelta(minutes=5))
    assert paligs("list").output.endswith("Only the first 2 of each kind are shown.\n")


def test_a_reply_is_tried_again(database: Engine) -> None:
    number = reply(database, error="63016", final=True)
    assert paligs("retry", str(number)).output == f"Reply {number} will be retried.\n"
    with engine.read_transaction(database) as connection:
        assert len(outbox.due(connection, datetime.now(UTC))) == 1


def test_all_that_failed_or_waits_is_tried_again_and_what_is_too_old_is_not(database: Engine) -> None:
    reply(database, error="63016", final=True, age=timedelta(hours=25))
    reply(database, error="20003: Twilio refused the credentials", final=True)
    reply(database, error="429")
    assert paligs("retry", "--all").output == "Replies that will be retried: 2.\n"
    assert [line.split()[1] for line in paligs("list").output.splitlines()[1:]] == ["failed", "pending", "pending"]
    assert paligs("retry", "--all", "--hours", "48").output == "Replies that will be retried: 3.\n"


@pytest.mark.parametrize("arguments", [(), ("7", "--all")])
def test_one_number_or_all_are_to_be_named(database: Engine, arguments: tuple[str, ...]) -> None:
    number = reply(database, error="63016", final=True)
    told = paligs("retry", *arguments)
    assert told.exit_code == 2
    assert "--all" in told.stderr
    assert f"{number}  failed" in paligs("list").output


def test_a_reply_is_given_up(database: Engine) -> None:
    number = reply(database, error="429")
    assert paligs("drop", str(number)).output == f"Reply {number} is discarded.\n"
    assert paligs("list").output == "Nothing is undelivered.\n"


@pytest.mark.parametrize("what", ["retry", "drop"])
def test_a_reply_that_is_not_there_is_told_with_what_to_do(database: Engine, what: str) -> None:
    told = paligs(what, "77")
    assert told.exit_code == 1
    assert "see paligs outbox list" in told.stderr


@pytest.mark.parametrize(
    ("address", "shown"), [("whatsapp:+37120000077", "…077"), ("42", "…"), ("-10042/7", "…2/7"), ("", "…")]
)
def test_of_an_address_only_the_end_is_shown(address: str, shown: str) -> None:
    assert last_digits(address) == shown
