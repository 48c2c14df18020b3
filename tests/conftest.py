"""What all tests share: the shipped knowledge, made once."""

import pytest

from bot.knowledge import knowledge
from handlers.situation import Knowledge


@pytest.fixture(scope="session")
def shipped() -> Knowledge:
    """The knowledge as it is shipped."""
    return knowledge()
