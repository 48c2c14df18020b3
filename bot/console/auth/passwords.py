"""Passwords: hashed and checked with Argon2id, in a thread and few at a time, because it takes memory on purpose."""

import asyncio
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_PASSWORD_CHARS: Final = 10
MAX_PASSWORD_CHARS: Final = 256

CONCURRENT_HASHES: Final = 2
"""Checks that run at the same time; others wait."""

_MEMORY_KIB: Final = 19_456


class PasswordUnusableError(Exception):
    """The password cannot be used: write 10 to 256 characters."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class PasswordCheck:
    """Whether the password is right; `fresh` is a newer hash to keep, where the stored one was made with less care."""

    correct: bool
    new_hash: str | None = None


def hash_password(password: str) -> str:
    """What is kept of a password.

    Raises:
        PasswordUnusableError: it is too short, or so long that it would only keep the machine busy.
    """
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise PasswordUnusableError
    return _argon2().hash(password)


def verify_password(stored_hash: str | None, password: str) -> PasswordCheck:
    """Whether it is the password that was hashed. Without a hash it takes as long, and is wrong."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - not needed to start

    password = password[: MAX_PASSWORD_CHARS + 1]
    try:
        _argon2().verify(_dummy_hash() if stored_hash is None else stored_hash, password)
    except (VerificationError, InvalidHashError):
        return PasswordCheck(correct=False)
    if stored_hash is None:
        return PasswordCheck(correct=False)
    return PasswordCheck(
        correct=True, new_hash=_argon2().hash(password) if _argon2().check_needs_rehash(stored_hash) else None
    )


class PasswordService:
    """Checks passwords beside the event loop."""

    def __init__(self) -> None:
        self._semaphore = asyncio.Semaphore(CONCURRENT_HASHES)

    async def verify(self, stored_hash: str | None, password: str) -> PasswordCheck:
        """As `check`."""
        async with self._semaphore:
            return await asyncio.to_thread(verify_password, stored_hash, password)

    async def make_hash(self, password: str) -> str:
        """As `hashed`."""
        async with self._semaphore:
            return await asyncio.to_thread(hash_password, password)


@cache
def _argon2() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - not needed to start

    # OWASP's second choice: as strong as its first, with less than half the memory.
    return PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1)


@cache
def _dummy_hash() -> str:
    return _argon2().hash("nobody has this password")
