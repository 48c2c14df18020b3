"""Passwords and keys: kept with care, renewed when more care is taken."""

import pytest
from argon2 import PasswordHasher

from bot.console.auth.key_derivation import derive_key, pseudonymize
from bot.console.auth.passwords import (
    MAX_PASSWORD_CHARS,
    MIN_PASSWORD_CHARS,
    PasswordUnusableError,
    hash_password,
    verify_password,
)
from storage.database import engine
from storage.helpdesk.sign_in import agents
from tests.unit.bot.console.conftest import PASSWORD, ConsoleFixture, OpenBrowser

pytestmark = pytest.mark.usefixtures("argon2_in_earnest")


def test_a_password_is_kept_as_argon2id_with_the_memory_that_owasp_asks_for() -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in kept
    assert hash_password(PASSWORD) != kept


@pytest.mark.parametrize("password", ["", "x" * (MIN_PASSWORD_CHARS - 1), "x" * (MAX_PASSWORD_CHARS + 1)])
def test_too_short_and_too_long_is_refused(password: str) -> None:
    with pytest.raises(PasswordUnusableError, match="10 to 256"):
        hash_password(password)


def test_only_the_password_is_right() -> None:
    kept = hash_password(PASSWORD)
    assert verify_password(kept, PASSWORD).correct
    assert verify_password(kept, PASSWORD).new_hash is None
    for stored, given in ((kept, "wrong"), (None, PASSWORD), (None, "nobody has this password"), ("x", "x")):
        assert not verify_password(stored, given).correct


def test_what_is_longer_than_a_password_is_not_cut_to_one() -> None:
    longest = "x" * MAX_PASSWORD_CHARS
    kept = hash_password(longest)
    assert verify_password(kept, longest).correct
    assert not verify_password(kept, longest + "x").correct


async def test_an_older_hash_is_renewed_at_the_next_sign_in(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with engine.write_transaction(desk.database) as connection:
        agents.set_password(connection, desk.agent("otto").id, older)
    first, second = await opens("otto"), await opens("otto")
    fresh = desk.agent("otto").password_hash
    assert fresh is not None
    assert fresh.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    for browser in (first, second):
        assert (await browser.get("/", follow=False)).status == 200


def test_a_key_for_each_purpose() -> None:
    keys = {derive_key(secret, purpose) for secret in ("one", "two") for purpose in ("a", "b")}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}
    assert derive_key("one", "a") == derive_key("one", "a")


def test_a_blinded_name_is_told_again_and_not_turned_back() -> None:
    key = derive_key("one", "a")
    assert pseudonymize(key, "anna") == pseudonymize(key, "anna") != pseudonymize(derive_key("two", "a"), "anna")
    assert "anna" not in pseudonymize(key, "anna")
    assert pseudonymize(key, "\ud800")
