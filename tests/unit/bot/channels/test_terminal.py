"""The terminal: lines in, replies out, choices by number."""

import io
from datetime import UTC, datetime

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.channels.interface import OutgoingMessage
from bot.channels.terminal import channel as module
from bot.channels.terminal.channel import Terminal
from handlers.model.messages import Inbound, MessageKind, Option
from kb.model import Language

NOW = datetime(2026, 11, 23, 20, 40, tzinfo=UTC)


def shown(text: str, *options: Option) -> OutgoingMessage:
    return OutgoingMessage(sequence=1, from_user=False, text=text, options=options, at=NOW)


class TerminalDriver:
    """A terminal whose replies are those of a script."""

    def __init__(self, *replies: OutgoingMessage, language: Language | None = "lv") -> None:
        self.received: list[Inbound] = []
        self.output = io.StringIO()
        self._replies = list(replies)
        self.terminal = Terminal(self.receive, console=Console(file=self.output, width=60), language=language)

    async def receive(self, inbound: Inbound) -> None:
        self.received.append(inbound)
        if self._replies:
            await self.terminal.send("me", self._replies.pop(0))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REPLY_WAIT_SECONDS", 0.01)


async def test_a_line_is_a_message_and_its_reply_is_shown() -> None:
    desk = TerminalDriver(shown("Zvaniet: +371 20110525"))
    await desk.terminal.receive_line("kase stāv")
    assert (desk.received[0].kind, desk.received[0].text, desk.received[0].language) == (
        MessageKind.TEXT,
        "kase stāv",
        "lv",
    )
    assert "+371 20110525" in desk.output.getvalue()


async def test_the_number_of_a_choice_is_that_choice() -> None:
    desk = TerminalDriver(shown("Which?", Option(id="entry:a", title="A"), Option(id="entry:b", title="B")))
    for line in ("hm", "2", "3", "2"):
        await desk.terminal.receive_line(line)
    assert "2 B" in desk.output.getvalue()
    assert (desk.received[1].kind, desk.received[1].choice, desk.received[1].text) == (MessageKind.TAP, "entry:b", "B")
    assert desk.received[2].kind is MessageKind.TEXT


async def test_quiet_choices_are_not_shown_and_no_number_means_them() -> None:
    desk = TerminalDriver(shown("Z closes it.", Option(id="helped:close", title="It helped", quiet=True)))
    for line in ("hm", "1"):
        await desk.terminal.receive_line(line)
    assert "It helped" not in desk.output.getvalue()
    assert desk.received[1].kind is MessageKind.TEXT


async def test_a_talk_begins_with_a_greeting_and_ends_with_the_input() -> None:
    desk = TerminalDriver(shown("Labdien!"))
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("kase\n\n\x04")
        await desk.terminal.run()
    assert [inbound.text for inbound in desk.received] == ["/start", "kase"]


@pytest.mark.parametrize("command", ["/quit", "/exit", "  /QUIT "])
async def test_a_command_ends_the_talk_and_is_not_sent(command: str) -> None:
    desk = TerminalDriver(shown("Labdien!"))
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(f"kase\n{command}\nnobody reads this\n")
        await desk.terminal.run()
    assert [inbound.text for inbound in desk.received] == ["/start", "kase"]


@pytest.mark.parametrize(
    ("language", "words"), [("lv", "Lai beigtu"), ("ru", "Чтобы выйти"), ("en", "To leave"), (None, "Lai beigtu")]
)
async def test_the_talk_begins_with_how_to_end_it(language: Language | None, words: str) -> None:
    desk = TerminalDriver(shown("Labdien!"), language=language)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("/quit\n")
        await desk.terminal.run()
    output = desk.output.getvalue()
    assert words in output
    assert output.index("/quit") < output.index("Labdien!")
