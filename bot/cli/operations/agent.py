"""`paligs agent`: manages agents of the console; a password is typed or read from a file, never an argument."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.output import FileError
from storage.helpdesk.sign_in.agent_roles import Role

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.helpdesk.sign_in.agents import Agent

app = typer.Typer(
    help="Who may use the console: add, list, password, role, disable, enable.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Result = TypeVar("Result")
AgentName = Annotated[str, typer.Argument(metavar="NAME", help="As they will write it to sign in.")]
PasswordFile = Annotated[
    str | None, typer.Option("--password-file", help="The password's file, first line; - reads stdin.", metavar="FILE")
]
RoleOption = Annotated[Role, typer.Option(help="An admin also looks after agents and delivery.")]


@app.command()
def add(
    name: AgentName,
    role: RoleOption = Role.AGENT,
    password_file: PasswordFile = None,
    no_password: Annotated[bool, typer.Option("--no-password", help="They sign in with OIDC only.")] = False,
) -> None:
    """Add an agent."""
    from storage.helpdesk import audit_log
    from storage.helpdesk.sign_in import agents

    password = None if no_password else _hashed_password(password_file)
    now = datetime.now(UTC)

    def change(connection: "Connection") -> "Agent":
        agent = agents.add(connection, name, role, password, now)
        audit_log.record(connection, audit_log.AuditEvent.AGENT_ADDED, now, agent=None, subject=agent.name)
        return agent

    added = _in_transaction(change)
    typer.echo(f"Added {added.name} as {added.role}: they sign in at /console/.")


@app.command(name="list")
def list_agents() -> None:
    """List agents, including disabled ones."""
    from bot.settings import read_settings
    from storage.database import engine
    from storage.helpdesk.sign_in import agents

    with engine.read_transaction(engine.create_database_engine(read_settings().database_url)) as connection:
        found = agents.list_all(connection)
    if not found:
        typer.echo("There are no agents: paligs agent add NAME --role admin")
    for agent in found:
        notes = [
            agent.role.value,
            *([] if agent.active else ["disabled"]),
            *([] if agent.password_hash else ["no password"]),
        ]
        typer.echo(f"{agent.name}  {', '.join(notes)}  since {agent.created_at:%Y-%m-%d}")


@app.command()
def password(name: AgentName, password_file: PasswordFile = None) -> None:
    """Change an agent's password; their sessions end."""
    from storage.helpdesk import audit_log
    from storage.helpdesk.sign_in import agents

    _require_agent(name)
    fresh = _hashed_password(password_file)
    _change_agent(
        name,
        audit_log.AuditEvent.AGENT_PASSWORD,
        lambda connection, agent: agents.set_password(connection, agent.id, fresh),
    )
    typer.echo(f"{name} has a new password; their sessions have ended.")


@app.command()
def role(name: AgentName, role: Annotated[Role, typer.Argument(help="agent or admin")]) -> None:
    """Change an agent's role."""
    from storage.helpdesk import audit_log
    from storage.helpdesk.sign_in import agents

    _change_agent(
        name,
        audit_log.AuditEvent.AGENT_ROLE,
        lambda connection, agent: agents.set_role(connection, agent.id, role),
    )
    typer.echo(f"{name} is {role} now.")


@app.command()
def disable(name: AgentName) -> None:
    """Disable an agent; their sessions end."""
    from storage.helpdesk import audit_log
    from storage.helpdesk.sign_in import agents

    now = datetime.now(UTC)
    _change_agent(
        name,
        audit_log.AuditEvent.AGENT_DISABLED,
        lambda connection, agent: agents.disable(connection, agent.id, now),
    )
    typer.echo(f"{name} can no longer sign in.")


@app.command()
def enable(name: AgentName) -> None:
    """Enable an agent."""
    from storage.helpdesk import audit_log
    from storage.helpdesk.sign_in import agents

    _change_agent(
        name,
        audit_log.AuditEvent.AGENT_ENABLED,
        lambda connection, agent: agents.enable(connection, agent.id),
    )
    typer.echo(f"{name} can sign in again.")


def _change_agent(name: str, event: str, change: "Callable[[Connection, Agent], bool]") -> None:
    from storage.helpdesk import audit_log
    from storage.helpdesk.sign_in import agents

    def make(connection: "Connection") -> bool:
        agent = agents.find(connection, name)
        if agent is None:
            return False
        if change(connection, agent):
            audit_log.record(
                connection,
                audit_log.AuditEvent(event),
                datetime.now(UTC),
                agent=None,
                subject=agent.name,
            )
        return True

    if not _in_transaction(make):
        _exit_unknown_agent(name)


def _require_agent(name: str) -> None:
    from bot.settings import read_settings
    from storage.database import engine
    from storage.helpdesk.sign_in import agents

    with engine.read_transaction(engine.create_database_engine(read_settings().database_url)) as connection:
        if agents.find(connection, name) is None:
            _exit_unknown_agent(name)


def _exit_unknown_agent(name: str) -> None:
    typer.echo(f"There is no agent {name}: see paligs agent list.", err=True)
    raise typer.Exit(1)


def _in_transaction(change: "Callable[[Connection], Result]") -> Result:
    from bot.settings import read_settings
    from storage.database import engine
    from storage.migrations import upgrade

    database = engine.create_database_engine(read_settings().database_url)
    if database.dialect.name == "sqlite":
        # The first agent is often added before the server ran for the first time.
        upgrade.upgrade(database)
    with engine.write_transaction(database) as connection:
        return change(connection)


def _hashed_password(file: str | None) -> str:
    from bot.console.auth.passwords import PasswordUnusableError, hash_password

    try:
        return hash_password(_read_password(file))
    except PasswordUnusableError as exc:
        typer.echo(str(exc), err=True)
        raise typer.Exit(2) from exc


def _read_password(file: str | None) -> str:
    if file is None and sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        text = sys.stdin.readline() if file in (None, "-") else Path(str(file)).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise FileError(f"{file}: {type(exc).__name__}: point --password-file at a readable text file") from exc
    return text.splitlines()[0] if text.strip() else ""
