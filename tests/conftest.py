"""What all tests share: the shipped knowledge, made once, and a log that ends with each test."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.knowledge import knowledge
from handlers.situation import Knowledge


@pytest.fixture(scope="session")
def shipped() -> Knowledge:
    """The knowledge as it is shipped."""
    return knowledge()


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command that a test runs sets the log up on the stream that pytest lends to this one test."""
    before = list(logging.root.handlers)
    yield
    structlog.reset_defaults()
    for handler in [handler for handler in logging.root.handlers if handler not in before]:
        logging.root.removeHandler(handler)
