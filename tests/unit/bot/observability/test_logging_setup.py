"""What the program logs, as people and machines read it, and what never gets into it."""

import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog

from bot.observability import logging_setup
from storage.errors import UnavailableError

SECRET = "kase ŠNICELIS +37120000077"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """The loggers of the process as they were."""
    root = logging.getLogger()
    level = root.level
    yield
    root.handlers.clear()
    root.setLevel(level)
    structlog.reset_defaults()
    for name in logging_setup.SILENCED_LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def configure(level: str, form: Literal["json", "console"]) -> None:
    """As the program does when it starts; pytest's own handler must not be there before it."""
    logging.getLogger().handlers.clear()
    logging_setup.configure_logging(level, form)


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def broken() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as exc:
        raise UnavailableError from exc


def test_events_are_json_lines_those_of_libraries_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "json")
    structlog.get_logger().info("intake.decided", turn=7)
    logging.getLogger("a.library").warning("pool is %s", "full")
    logging.getLogger("a.library").info("chatter")

    own, foreign = lines(capsys)
    assert (own["event"], own["turn"], own["level"]) == ("intake.decided", 7, "info")
    assert (foreign["event"], foreign["logger"], foreign["level"]) == ("pool is full", "a.library", "warning")
    assert foreign["timestamp"].endswith("Z")


def test_an_error_is_told_by_its_class_and_places_and_not_by_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "json")
    try:
        broken()
    except UnavailableError:
        structlog.get_logger().exception("delivery.broken")
        logging.getLogger("a.library").exception("it broke")

    for line in lines(capsys):
        told = line["exception"]
        assert "ŠNICELIS" not in told
        assert "in broken" in told
        assert told.index("\nKeyError\n") < told.index("UnavailableError: ")
        assert str(UnavailableError()) in told


def test_for_people_it_is_the_same_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "console")
    try:
        broken()
    except UnavailableError:
        structlog.get_logger().exception("delivery.broken")
    told = capsys.readouterr().err
    assert "ŠNICELIS" not in told
    assert "delivery.broken" in told
    assert "in broken" in told


def test_an_answer_of_telegram_that_is_cut_off_is_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    """The SDK logs what it cannot read: a batch of updates, with all that people wrote."""
    configure("DEBUG", "json")
    from telegram.error import TelegramError  # noqa: PLC0415
    from telegram.request import BaseRequest  # noqa: PLC0415

    with pytest.raises(TelegramError):
        BaseRequest.parse_json_payload(f'{{"ok": true, "result": [{{"text": "{SECRET}'.encode())
    assert lines(capsys) == []
