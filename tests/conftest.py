"""What all tests share: the shipped knowledge, made once, and a log that ends with each test."""

import gc
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.knowledge.factory import load_knowledge
from handlers.model.context import KnowledgeBundle
from tests.compiled_templates import templates_compiled_once


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, each file goes to one of them: those that take long first, so that none is
    left over at the end.
    """
    items.sort(key=_place)
    for item in items:
        if "shipped" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.trained)


def pytest_collection_finish() -> None:
    """What stands by now stays until the end: a collection of garbage need not look at it again and again."""
    gc.freeze()


def _place(item: pytest.Item) -> int:
    """Those with browsers, programs and peers first; the others in the order of their folders."""
    return 0 if "e2e" in item.path.parts else 1


@pytest.fixture(scope="session")
def shipped() -> KnowledgeBundle:
    """The knowledge as it is shipped."""
    return load_knowledge()


@pytest.fixture(scope="session", autouse=True)
def _templates() -> Iterator[None]:
    """Pages look the same from one test to the next."""
    with templates_compiled_once():
        yield


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command that a test runs sets the log up on the stream that pytest lends to this one test."""
    before = list(logging.root.handlers)
    yield
    structlog.reset_defaults()
    for handler in [handler for handler in logging.root.handlers if handler not in before]:
        logging.root.removeHandler(handler)
