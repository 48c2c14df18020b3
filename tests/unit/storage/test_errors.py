"""Errors that say what to do next."""

import pytest

from storage import errors
from storage.errors import StorageError

ALL = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, StorageError)]


@pytest.mark.parametrize("error", ALL)
def test_the_first_paragraph_of_the_docstring_is_the_message(error: type[StorageError]) -> None:
    assert str(error()).endswith(".")
    assert "\n" not in str(error())
    assert str(error("Something else.")) == "Something else."


@pytest.mark.parametrize("error", [each for each in ALL if each is not StorageError])
def test_the_tree_in_the_docstring_is_the_tree(error: type[StorageError]) -> None:
    (drawn,) = (line for line in str(StorageError.__doc__).splitlines() if error.__name__ in line)

    assert drawn.endswith("permanent" if error.permanent else "trying again can help")
