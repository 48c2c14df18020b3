"""Addresses and errors as they may be shown: enough to tell two apart, too little to write to anybody."""

import re
from typing import Final

_LONG_NUMBER: Final = re.compile(r"\d{6,}")


def last_digits(address: str) -> str:
    """The end of an address."""
    return f"…{address[-3:]}" if len(address) > 6 else "…"


def mask_numbers(error: str | None) -> str:
    """An error without telephone numbers and ids."""
    return _LONG_NUMBER.sub("…", error or "")
