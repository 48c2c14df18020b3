"""Passwords and keys: kept with care, renewed when more care is taken."""

import pytest
from argon2 import PasswordHasher

from bot.console.auth.key_derivation import blinded, derived
from bot.console.auth.passwords import LONGEST, SHORTEST, PasswordUnusableError, check, hashed
from storage.database import engine
from storage.helpdesk import agents
from tests.unit.bot.console.conftest import PASSWORD, Desk, Opens, password_hash


def test_a_password_is_kept_as_argon2id_with_the_memory_that_owasp_asks_for() -> None:
    kept = password_hash()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in kept
    assert hashed(PASSWORD) != kept


@pytest.mark.parametrize("password", ["", "x" * (SHORTEST - 1), "x" * (LONGEST + 1)])
def test_too_short_and_too_long_is_refused(password: str) -> None:
    with pytest.raises(PasswordUnusableError, match="10 to 256"):
        hashed(password)


def test_only_the_password_is_right() -> None:
    assert check(password_hash(), PASSWORD).right
    assert check(password_hash(), PASSWORD).fresh is None
    for stored, given in ((password_hash(), "wrong"), (None, PASSWORD), (None, "nobody has this password"), ("x", "x")):
        assert not check(stored, given).right


def test_what_is_longer_than_a_password_is_not_cut_to_one() -> None:
    longest = "x" * LONGEST
    kept = hashed(longest)
    assert check(kept, longest).right
    assert not check(kept, longest + "x").right


async def test_an_older_hash_is_renewed_at_the_next_sign_in(opens: Opens, desk: Desk) -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with engine.writing(desk.database) as connection:
        agents.set_password(connection, desk.agent("otto").id, older)
    first, second = await opens("otto"), await opens("otto")
    fresh = desk.agent("otto").password
    assert fresh is not None
    assert fresh.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    for browser in (first, second):
        assert (await browser.get("/", follow=False)).status == 200


def test_a_key_for_each_purpose() -> None:
    keys = {derived(secret, purpose) for secret in ("one", "two") for purpose in ("a", "b")}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}
    assert derived("one", "a") == derived("one", "a")


def test_a_blinded_name_is_told_again_and_not_turned_back() -> None:
    key = derived("one", "a")
    assert blinded(key, "anna") == blinded(key, "anna") != blinded(derived("two", "a"), "anna")
    assert "anna" not in blinded(key, "anna")
    assert blinded(key, "\ud800")
