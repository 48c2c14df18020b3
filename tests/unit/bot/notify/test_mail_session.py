"""A mail server that hangs, refuses the password, or knows other mechanisms: tried little, and left at once on a stop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest
from structlog.testing import capture_logs

from bot.notify.interface import NotifyError
from bot.notify.mail_session import LOGIN_BACKOFF, MailSession
from bot.notify.smtp import MailServer


@dataclass
class ScriptedMailServer:
    """Speaks as much SMTP as is needed. `auth` answers each try; a command in `hanging` gets no answer."""

    auth: list[str] = field(default_factory=list)
    offered: str = "LOGIN PLAIN"
    answers: dict[str, str] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        writer.write(b"220 mail.example.lv\r\n")
        data = False
        while received := await reader.readline():
            line = received.decode().rstrip("\r\n")
            if data and line != ".":
                continue
            command = "END" if data else line.split()[0].upper()
            data = False
            self.commands.append(line if command == "AUTH" else command)
            self.heard.set()
            if command in self.hanging:
                continue
            writer.write(self._answer(command).encode() + b"\r\n")
            data = command == "DATA"
            if command == "QUIT":
                break
        writer.close()

    def _answer(self, command: str) -> str:
        if command == "EHLO":
            return f"250-mail.example.lv\r\n250 AUTH {self.offered}" if self.offered else "250 mail.example.lv"
        if command == "AUTH":
            return self.auth.pop(0) if self.auth else "235 welcome"
        return self.answers.get(command, {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 OK"))

    def tries(self) -> list[str]:
        """The mechanisms by which somebody tried to sign in."""
        return [command.split()[1] for command in self.commands if command.startswith("AUTH")]


@pytest.fixture
async def mail() -> AsyncIterator[ScriptedMailServer]:
    """It listens on this machine."""
    state = ScriptedMailServer()
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    yield state
    server.close()


def session(
    mail: ScriptedMailServer, clock: Callable[[], float] = lambda: 0.0, *, user: str | None = "anna"
) -> MailSession:
    server = MailServer(host="127.0.0.1", port=mail.port, security="if offered", user=user, password="x")
    return MailSession(server, local_hostname="example.lv", clock=clock)


async def submit(by: MailSession, to: str = "ops@example.lv") -> None:
    message = EmailMessage()
    message["Subject"], message["Message-ID"] = "Nr. 1", "<1@example.lv>"
    message.set_content("Kase stāv.")
    await by.submit(message, "bot@example.lv", to)


async def refused(by: MailSession) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        await submit(by)
    assert not caught.value.permanent
    return caught.value


async def test_an_e_mail_is_submitted(mail: ScriptedMailServer) -> None:
    await submit(session(mail))
    assert mail.tries() == ["PLAIN"]
    assert [command for command in mail.commands if not command.startswith(("AUTH", "EHLO"))] == [
        "MAIL",
        "RCPT",
        "DATA",
        "END",
        "QUIT",
    ]


async def test_without_a_user_nobody_signs_in(mail: ScriptedMailServer) -> None:
    await submit(session(mail, user=None))
    assert mail.tries() == []
    assert "END" in mail.commands


async def test_a_wrong_password_is_tried_once_by_one_mechanism_whatever_waits(mail: ScriptedMailServer) -> None:
    mail.auth = ["535 no"] * 20
    by = session(mail)
    with capture_logs() as events:
        errors = await asyncio.gather(
            *(submit(by, f"ops{number}@example.lv") for number in range(7)), return_exceptions=True
        )
    assert mail.tries() == ["PLAIN"]
    assert all(isinstance(error, NotifyError) and error.retry_after is not None for error in errors)
    assert [(event["event"], event["code"]) for event in events] == [("notification.mail_login_refused", 535)]


async def test_the_password_is_tried_again_after_a_growing_while(mail: ScriptedMailServer) -> None:
    mail.auth = ["535 no", "535 no"]
    time = [1000.0]
    by = session(mail, lambda: time[0])
    waits = []
    for _ in range(2):
        error = await refused(by)
        assert "535" in str(error)
        assert error.retry_after is not None
        waits.append(error.retry_after.total_seconds())
        time[0] += waits[-1] - 1
        assert "tried again later" in str(await refused(by))
        time[0] += 2
    assert len(mail.tries()) == 2
    assert LOGIN_BACKOFF.first_seconds / 2 <= waits[0] <= LOGIN_BACKOFF.first_seconds <= waits[1]
    await submit(by)
    assert "END" in mail.commands


async def test_a_mechanism_that_the_server_does_not_take_says_nothing_of_the_password(
    mail: ScriptedMailServer,
) -> None:
    mail.offered, mail.auth = "CRAM-MD5 PLAIN", ["504 not that one", "235 welcome"]
    await submit(session(mail))
    assert mail.tries() == ["CRAM-MD5", "PLAIN"]


@pytest.mark.parametrize("offered", ["", "XOAUTH2"])
async def test_a_server_without_a_known_sign_in_is_told(mail: ScriptedMailServer, offered: str) -> None:
    mail.offered = offered
    assert "no sign-in" in str(await refused(session(mail)))


async def test_a_server_that_cannot_check_the_password_now_is_asked_again_soon(mail: ScriptedMailServer) -> None:
    mail.auth = ["454 later"]
    by = session(mail)
    assert (await refused(by)).retry_after is None
    await submit(by)


@pytest.mark.parametrize(("code", "final"), [("451", False), ("550", True)])
async def test_what_the_server_says_of_the_recipient_counts(
    mail: ScriptedMailServer, code: str, *, final: bool
) -> None:
    mail.answers["RCPT"] = f"{code} no"
    with pytest.raises(NotifyError, match=code) as caught:
        await submit(session(mail))
    assert caught.value.permanent is final


@pytest.mark.parametrize("command", ["EHLO", "RCPT", "END"])
async def test_a_cancelled_e_mail_waits_for_no_goodbye(mail: ScriptedMailServer, command: str) -> None:
    mail.hanging = {command, "QUIT"}
    task = asyncio.create_task(submit(session(mail)))
    while command not in mail.commands:
        mail.heard.clear()
        await mail.heard.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "QUIT" not in mail.commands


async def test_a_server_that_is_not_there_is_told(mail: ScriptedMailServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        mail.port = taken.getsockname()[1]
        assert "cannot be used: SMTPConnectError" in str(await refused(session(mail)))
