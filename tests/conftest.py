"""What all tests share: the shipped knowledge, made once, and a log that ends with each test."""

import logging
from collections.abc import Iterator, Sequence
from typing import Final

import pytest
import structlog

from bot.knowledge.factory import load_knowledge
from handlers.model.context import KnowledgeBundle

BROWSER: Final = "browser"


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Where tests run in two lanes, those in a browser keep to one, because they share it; the files of the others stay
    whole, so that what a module makes is made once.
    """
    for item in items:
        group = BROWSER if item.get_closest_marker(BROWSER) else item.path.name
        item.add_marker(pytest.mark.xdist_group(group))
        if "shipped" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.trained)


@pytest.fixture(scope="session")
def shipped() -> KnowledgeBundle:
    """The knowledge as it is shipped."""
    return load_knowledge()


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command that a test runs sets the log up on the stream that pytest lends to this one test."""
    before = list(logging.root.handlers)
    yield
    structlog.reset_defaults()
    for handler in [handler for handler in logging.root.handlers if handler not in before]:
        logging.root.removeHandler(handler)
