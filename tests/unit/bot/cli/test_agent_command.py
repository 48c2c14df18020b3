"""`paligs agent`: who may use the console, with a password that never stands in the command."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.operations import agent as command
from bot.console.auth.passwords import verify_password
from storage.database import engine
from storage.helpdesk import audit_log
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from storage.helpdesk.sign_in.agents import Agent

Paligs = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that the command line is set to; nothing is there yet."""
    address = f"sqlite:///{tmp_path / 'paligs.sqlite3'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", address)
    return address


@pytest.fixture
def paligs(url: str) -> Paligs:
    """Runs a command; what is typed comes on stdin."""

    def paligs(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(command.app, arguments, input=typed)

    return paligs


def kept(url: str, name: str) -> Agent | None:
    opened = engine.create_database_engine(url)
    with engine.read_transaction(opened) as connection:
        found = agents.find(connection, name)
    opened.dispose()
    return found


def test_the_first_agent_is_added_before_the_program_ever_ran(paligs: Paligs, url: str) -> None:
    done = paligs("add", "Anna", "--role", "admin", typed="correct horse battery\n")
    assert done.output == "Added Anna as admin: they sign in at /console/.\n"
    anna = kept(url, "anna")
    assert anna is not None
    assert (anna.name, anna.role) == ("Anna", Role.ADMIN)
    assert verify_password(anna.password_hash, "correct horse battery").correct


def test_a_password_may_stand_in_a_file(paligs: Paligs, url: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from the file\r\nsecond line\n", "utf-8")
    assert paligs("add", "Anna", "--password-file", "password").exit_code == 0
    anna = kept(url, "Anna")
    assert anna is not None
    assert verify_password(anna.password_hash, "from the file").correct


def test_one_who_signs_in_elsewhere_needs_no_password(paligs: Paligs, url: str) -> None:
    assert paligs("add", "olga@example.lv", "--no-password").exit_code == 0
    olga = kept(url, "olga@example.lv")
    assert olga is not None
    assert olga.password_hash is None
    assert "olga@example.lv  agent, no password  since" in paligs("list").output


@pytest.mark.parametrize("typed", ["", "\n", "short\n", "x" * 300])
def test_a_password_that_cannot_be_used_adds_nobody(paligs: Paligs, url: str, typed: str) -> None:
    done = paligs("add", "Anna", typed=typed)
    assert done.exit_code == 2
    assert "10 to 256 characters" in done.output
    assert typed.strip() == "" or typed.strip() not in done.output


def test_a_file_that_is_not_there_is_named(paligs: Paligs) -> None:
    done = paligs("add", "Anna", "--password-file", "nowhere")
    assert "point --password-file at" in str(done.exception)


def test_a_name_is_given_once(paligs: Paligs) -> None:
    for _ in range(2):
        done = paligs("add", "Anna", typed="correct horse battery\n")
    assert "choose another" in str(done.exception)


def test_there_is_no_password_argument(paligs: Paligs) -> None:
    for option in ("--password", "-p"):
        assert paligs("add", "Anna", option, "correct horse battery").exit_code == 2
    assert paligs("password", "Anna", "correct horse battery").exit_code == 2


def test_password_role_disable_and_enable(paligs: Paligs, url: str) -> None:
    paligs("add", "Anna", typed="correct horse battery\n")
    before = kept(url, "Anna")
    assert "have ended" in paligs("password", "anna", typed="quite another one\n").output
    assert paligs("role", "anna", "admin").output == "anna is admin now.\n"
    assert "no longer" in paligs("disable", "anna").output
    assert "Anna  admin, disabled  since" in paligs("list").output
    assert "again" in paligs("enable", "anna").output
    after = kept(url, "Anna")
    assert before is not None
    assert after is not None
    assert after.active
    assert after.version > before.version
    assert verify_password(after.password_hash, "quite another one").correct
    opened = engine.create_database_engine(url)
    with engine.read_transaction(opened) as connection:
        noted = [(each.event, each.agent, each.subject) for each in audit_log.list_records(connection)]
    opened.dispose()
    assert noted == [
        (event, None, "Anna")
        for event in ("agent_enabled", "agent_disabled", "agent_role", "agent_password", "agent_added")
    ]


@pytest.mark.parametrize("arguments", [("password",), ("disable",), ("enable",)])
def test_nobody_of_that_name_is_said(paligs: Paligs, arguments: tuple[str, ...]) -> None:
    paligs("add", "Anna", typed="correct horse battery\n")
    done = paligs(*arguments, "zane", typed="quite another one\n")
    assert done.exit_code == 1
    assert "There is no agent zane" in done.output


def test_an_empty_list_says_how_to_begin(paligs: Paligs, url: str) -> None:
    paligs("add", "Anna", typed="correct horse battery\n")
    opened = engine.create_database_engine(url)
    with engine.write_transaction(opened) as connection:
        connection.exec_driver_sql("DELETE FROM agents")
    opened.dispose()
    assert paligs("list").output == "There are no agents: paligs agent add NAME --role admin\n"
