"""Passwords: hashed and checked with Argon2id, in a thread and few at a time, because it takes memory on purpose."""

import asyncio
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST: Final = 10
LONGEST: Final = 256

AT_ONCE: Final = 2
"""Checks that run at the same time; others wait."""

_MEMORY_KIB: Final = 19_456


class PasswordUnusableError(Exception):
    """The password cannot be used: write 10 to 256 characters."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether the password is right; `fresh` is a newer hash to keep, where the stored one was made with less care."""

    right: bool
    fresh: str | None = None


def hashed(password: str) -> str:
    """What is kept of a password.

    Raises:
        PasswordUnusableError: it is too short, or so long that it would only keep the machine busy.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordUnusableError
    return _hasher().hash(password)


def check(stored: str | None, password: str) -> Verdict:
    """Whether it is the password that was hashed. Without a hash it takes as long, and is wrong."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - not needed to start

    password = password[: LONGEST + 1]
    try:
        _hasher().verify(_nobody() if stored is None else stored, password)
    except (VerificationError, InvalidHashError):
        return Verdict(right=False)
    if stored is None:
        return Verdict(right=False)
    return Verdict(right=True, fresh=_hasher().hash(password) if _hasher().check_needs_rehash(stored) else None)


class Checker:
    """Checks passwords beside the event loop."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def check(self, stored: str | None, password: str) -> Verdict:
        """As `check`."""
        async with self._turns:
            return await asyncio.to_thread(check, stored, password)

    async def hashed(self, password: str) -> str:
        """As `hashed`."""
        async with self._turns:
            return await asyncio.to_thread(hashed, password)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - not needed to start

    # OWASP's second choice: as strong as its first, with less than half the memory.
    return PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
