"""Tokens of venue links: they fit every channel, and nobody makes or changes one."""

import re

import pytest

from bot.customers.link_tokens import FoundToken, VenueLinkTokens

TOKENS = VenueLinkTokens("a secret")
TOKEN = TOKENS.make(12)


def test_a_token_fits_a_start_link_of_telegram() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", TOKENS.make(999_999_999_999))
    assert TOKENS.read(TOKEN) == 12


@pytest.mark.parametrize(
    "token",
    [
        TOKEN.replace("v12", "v13"),
        TOKEN.replace("v12", "v012"),
        VenueLinkTokens("another secret").make(12),
        TOKEN[:-1],
        f"{TOKEN}a",
        TOKEN.swapcase(),
        "",
        "v12",
    ],
)
def test_a_token_that_was_not_made_here_is_not_read(token: str) -> None:
    assert TOKENS.read(token) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"/start {TOKEN}", "/start"),
        (TOKEN, ""),
        (f"Rozengrāls, Kase 1 ({TOKEN})", "Rozengrāls, Kase 1"),
        (f"Rozengrāls ({TOKEN})\nkase stāv", "Rozengrāls kase stāv"),
    ],
)
def test_a_token_is_found_in_a_message_and_taken_out(text: str, rest: str) -> None:
    assert TOKENS.find(text) == FoundToken(number=12, rest=rest)


def test_what_only_looks_like_a_token_is_taken_out_and_tells_nothing() -> None:
    assert TOKENS.find(f"kase {'v12-' + 'a' * 22}") == FoundToken(number=None, rest="kase")
    assert TOKENS.find("kase v12-3") is None
