"""Hashes passwords in no time, where each test that signs somebody in would wait for what keeps burglars waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

import pytest
from argon2 import PasswordHasher

from bot.console.auth import passwords

_IN_EARNEST: Final = passwords._argon2


@cache
def _weak_argon2() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@contextmanager
def passwords_weakly_hashed() -> Iterator[None]:
    """The same algorithm with the least time and memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_argon2", _weak_argon2)
        yield


@contextmanager
def passwords_hashed_in_earnest() -> Iterator[None]:
    """As the program does it: a test of the passwords wants nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_argon2", _IN_EARNEST)
        passwords._dummy_hash.cache_clear()
        yield
    passwords._dummy_hash.cache_clear()
