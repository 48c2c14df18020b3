"""Agents, their sessions, tries to sign in and the audit log, on both databases."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine

from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agent_sessions, agents, login_attempts
from storage.helpdesk.sign_in.agent_roles import Role
from storage.helpdesk.sign_in.agents import Agent, NameTakenError, NameUnusableError
from tests.contract.talks import NOW, at_once

MINUTE = timedelta(minutes=1)


@pytest.fixture
def anna(engine: Engine) -> Agent:
    """An agent."""
    with write_transaction(engine) as connection:
        return agents.add(connection, "Anna", Role.AGENT, "hash", NOW)


def test_an_agent_is_kept_as_added(engine: Engine, anna: Agent) -> None:
    with read_transaction(engine) as connection:
        assert agents.find(connection, " ANNA ") == agents.get(connection, anna.id) == anna
        assert agents.list_all(connection) == (anna,)
        assert agents.exists(connection)
        assert agents.find(connection, "Ann") is None
        assert agents.get(connection, 777) is None
    assert (anna.name, anna.role, anna.password_hash, anna.version) == ("Anna", Role.AGENT, "hash", 1)
    assert (anna.language, anna.created_at, anna.active) == (None, NOW, True)


def test_before_the_first_there_is_nobody(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        assert not agents.exists(connection)


@pytest.mark.parametrize("name", ["anna", "ANNA", "  Anna ", "Ａnna"])
def test_a_name_is_given_once(engine: Engine, anna: Agent, name: str) -> None:
    with pytest.raises(NameTakenError, match="choose another"), write_transaction(engine) as connection:
        agents.add(connection, name, Role.ADMIN, None, NOW)


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\nb", "a\x00b", "a\u202eb"])
def test_some_names_cannot_be_used(engine: Engine, name: str) -> None:
    with pytest.raises(NameUnusableError, match="1 to 64"), write_transaction(engine) as connection:
        agents.add(connection, name, Role.AGENT, None, NOW)


def test_names_given_at_once_are_given_once(engine: Engine) -> None:
    added: list[bool] = []

    def add() -> None:
        try:
            with write_transaction(engine) as connection:
                agents.add(connection, "Zane", Role.AGENT, None, NOW)
            added.append(True)
        except NameTakenError:
            added.append(False)

    at_once([add] * 4)
    assert sorted(added) == [False, False, False, True]


def test_changes_say_whether_there_was_something_to_change(engine: Engine, anna: Agent) -> None:
    with write_transaction(engine) as connection:
        assert agents.set_role(connection, anna.id, Role.ADMIN)
        assert not agents.set_role(connection, anna.id, Role.ADMIN)
        assert agents.disable(connection, anna.id, NOW)
        assert not agents.disable(connection, anna.id, NOW)
        assert agents.enable(connection, anna.id)
        assert not agents.enable(connection, anna.id)
        assert agents.set_language(connection, anna.id, "ru")
        assert agents.rehash(connection, anna.id, "hash", "newer")
        assert not agents.rehash(connection, anna.id, "hash", "newest")
        assert not agents.set_password(connection, 777, "x")
        changed = agents.get(connection, anna.id)
    assert changed is not None
    assert (changed.role, changed.language, changed.password_hash, changed.version) == (Role.ADMIN, "ru", "newer", 2)


# Sessions


def test_a_session_is_known_by_its_token_alone(engine: Engine, anna: Agent) -> None:
    with write_transaction(engine) as connection:
        agent_sessions.begin(connection, anna, "token", NOW)
    with read_transaction(engine) as connection:
        found = agent_sessions.find_session(connection, "token", NOW)
        assert found is not None
        assert (found.agent, found.recently_seen) == (anna, True)
        for other in ("", "Token", "token ", "' OR 1=1"):
            assert agent_sessions.find_session(connection, other, NOW) is None
        assert "token" not in connection.exec_driver_sql("SELECT key FROM agent_sessions").scalar_one()


def test_a_session_lives_while_it_is_used_and_not_longer_than_a_week(engine: Engine, anna: Agent) -> None:
    now = NOW
    with write_transaction(engine) as connection:
        agent_sessions.begin(connection, anna, "token", now)
        assert agent_sessions.find_session(connection, "token", now + agent_sessions.IDLE_TIMEOUT) is None
        while now < NOW + agent_sessions.MAX_LIFETIME:
            found = agent_sessions.find_session(connection, "token", now)
            assert found is not None
            agent_sessions.touch(connection, "token", now)
            now += agent_sessions.IDLE_TIMEOUT - MINUTE
            assert now >= NOW + agent_sessions.MAX_LIFETIME or not agent_sessions.purge(connection, now)
        assert agent_sessions.find_session(connection, "token", now) is None
        assert agent_sessions.purge(connection, now) == 1
        assert not agent_sessions.end(connection, "token")


def test_a_session_ends_when_told_with_a_password_and_with_disabling(engine: Engine, anna: Agent) -> None:
    with write_transaction(engine) as connection:
        for token in ("one", "two"):
            agent_sessions.begin(connection, anna, token, NOW)
        assert agent_sessions.end(connection, "one")
        assert agent_sessions.find_session(connection, "one", NOW) is None
        assert agent_sessions.find_session(connection, "two", NOW) is not None
        agents.set_password(connection, anna.id, "another")
        assert agent_sessions.find_session(connection, "two", NOW) is None
        renewed = agents.get(connection, anna.id)
        assert renewed is not None
        agent_sessions.begin(connection, renewed, "three", NOW)
        agents.disable(connection, anna.id, NOW)
        assert agent_sessions.find_session(connection, "three", NOW) is None
        agents.enable(connection, anna.id)
        assert agent_sessions.find_session(connection, "three", NOW) is None


# Tries to sign in


def test_tries_are_counted_by_name_and_place(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        tried = [
            login_attempts.register_attempt(connection, "anna", "here", NOW)
            for _ in range(login_attempts.MAX_ATTEMPTS_PER_NAME_AND_ADDRESS + 1)
        ]
        assert [one is None for one in tried] == [False] * login_attempts.MAX_ATTEMPTS_PER_NAME_AND_ADDRESS + [True]
        assert login_attempts.register_attempt(connection, "anna", "there", NOW) is not None
        assert login_attempts.register_attempt(connection, "zane", "here", NOW) is not None
        login_attempts.clear_attempts(connection, "anna", "here")
        assert login_attempts.register_attempt(connection, "anna", "here", NOW) is not None


def test_a_place_and_a_name_have_limits_of_their_own(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        for number in range(login_attempts.MAX_ATTEMPTS_PER_ADDRESS):
            assert login_attempts.register_attempt(connection, f"name{number}", "here", NOW) is not None
        assert login_attempts.register_attempt(connection, "zane", "here", NOW) is None
        for number in range(login_attempts.MAX_ATTEMPTS_PER_NAME):
            assert login_attempts.register_attempt(connection, "anna", f"place{number}", NOW) is not None
        assert login_attempts.register_attempt(connection, "anna", "elsewhere", NOW) is None
        later = NOW + login_attempts.ATTEMPT_WINDOW
        assert login_attempts.register_attempt(connection, "anna", "here", later) is not None
        assert connection.exec_driver_sql("SELECT count(*) FROM sign_ins").scalar_one() == 1


def test_tries_at_once_are_not_more_than_one_after_the_other(engine: Engine) -> None:
    allowed: list[int | None] = []

    def attempt() -> None:
        with write_transaction(engine) as connection:
            allowed.append(login_attempts.register_attempt(connection, "anna", "here", NOW))

    at_once([attempt] * 12)
    assert sum(one is not None for one in allowed) == login_attempts.MAX_ATTEMPTS_PER_NAME_AND_ADDRESS


# Audit


def test_what_was_done_is_kept_the_latest_first(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        note = partial(audit_log.record, connection)
        note(AuditEvent.SIGNED_IN, NOW, agent="anna")
        note(AuditEvent.PERSON_ERASED, NOW + MINUTE, agent="anna", subject="x" * 500)
        note(AuditEvent.SIGN_IN_FAILED, NOW + 2 * MINUTE, agent=None, subject="anna")
    with read_transaction(engine) as connection:
        failed, erased, signed_in = audit_log.list_records(connection)
        assert (signed_in.event, signed_in.agent, signed_in.subject, signed_in.at) == ("signed_in", "anna", None, NOW)
        assert erased.subject == "x" * audit_log.MAX_SUBJECT_CHARS
        assert audit_log.list_records(connection, agent="anna") == (erased, signed_in)
        assert audit_log.list_records(connection, events=[AuditEvent.SIGN_IN_FAILED]) == (failed,)
        assert audit_log.list_records(connection, before=failed.id, limit=1) == (erased,)


def test_what_is_old_is_forgotten(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        audit_log.record(connection, AuditEvent.SIGNED_IN, NOW, agent="anna")
        audit_log.record(connection, AuditEvent.SIGNED_OUT, NOW + MINUTE, agent="anna")
        assert audit_log.purge(connection, NOW + MINUTE, 10) == 1
        assert [each.event for each in audit_log.list_records(connection)] == ["signed_out"]


def _attempt(engine: Engine, name: str, place: str) -> bool:
    with write_transaction(engine) as connection:
        return login_attempts.register_attempt(connection, name, place, NOW) is not None


def test_wrong_passwords_from_everywhere_lock_nobody_out_of_where_they_signed_in_before(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        login_attempts.remember_place(connection, "anna", "office", NOW - timedelta(days=2))
        login_attempts.remember_place(connection, "anna", "office", NOW - timedelta(days=1))
        login_attempts.remember_place(connection, "anna", "old office", NOW - login_attempts.PLACE_RETENTION)
    for number in range(login_attempts.MAX_ATTEMPTS_PER_NAME):
        assert _attempt(engine, "anna", f"place {number}")
    assert not _attempt(engine, "anna", "elsewhere")
    assert not _attempt(engine, "anna", "old office")
    for _ in range(login_attempts.MAX_ATTEMPTS_PER_NAME_AND_ADDRESS):
        assert _attempt(engine, "anna", "office")
    assert not _attempt(engine, "anna", "office"), "guessing is held there, too"


@pytest.mark.parametrize("name", ["аnna", "Аnna", "annа", "ANNА", "αnna"])
def test_a_name_that_looks_like_another_is_not_given(engine: Engine, anna: Agent, name: str) -> None:
    del anna
    with pytest.raises(NameTakenError, match="looks the same"), write_transaction(engine) as connection:
        agents.add(connection, name, Role.AGENT, None, NOW)


def test_names_of_other_alphabets_that_look_like_no_other_are_given(engine: Engine, anna: Agent) -> None:
    with write_transaction(engine) as connection:
        for name in ("Анна", "Olga", "Āнна"):
            assert agents.add(connection, name, Role.AGENT, None, NOW).name == name
        assert agents.find(connection, "анна") is not None
        assert agents.find(connection, "anna") == anna
