"""The terminal channel: reads lines, prints replies with numbered options; knows messages and nothing else."""

import asyncio
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Final
from uuid import uuid4

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.channels.interface import OutgoingMessage, Receive
from bot.concurrency.events import wait_for_event
from bot.web import negotiate_language, read_texts
from bot.web.links import text_spans
from handlers.model.messages import Inbound, MessageKind, Option
from kb.model import Language

COMMANDS: Final = ("/start", "/help", "/language", "/lines", "/privacy", "/forget", "/cancel")
QUIT_COMMANDS: Final = ("/quit", "/exit")
"""End the talk; they are never sent."""

_TEXTS_FOLDER: Final = Path(__file__).parent / "texts"

REPLY_WAIT_SECONDS: Final = 5.0


class Terminal:
    """One person at one keyboard. /quit, /exit, Ctrl-D or Ctrl-C ends the conversation."""

    name = "terminal"

    def __init__(
        self,
        receive: Receive,
        *,
        console: Console | None = None,
        language: Language | None = None,
        history: Path | None = None,
    ) -> None:
        self._receive = receive
        self._console = console or Console(highlight=False)
        self._language = language
        self._texts = read_texts(_TEXTS_FOLDER)
        self._history: History = FileHistory(str(history)) if history is not None else InMemoryHistory()
        self._options: tuple[Option, ...] = ()
        self._reply_shown = asyncio.Event()

    async def run(self) -> None:
        """Read and answer until the person leaves."""
        prompt: PromptSession[str] = PromptSession(
            history=self._history,
            completer=WordCompleter([*COMMANDS, *QUIT_COMMANDS], sentence=True),
            complete_while_typing=False,
        )
        self._show_how_to_leave()
        await self.receive_line("/start")
        with patch_stdout(raw=True):
            while True:
                try:
                    line = await prompt.prompt_async("› ")
                except (EOFError, KeyboardInterrupt):
                    return
                if line.strip().casefold() in QUIT_COMMANDS:
                    return
                if line.strip():
                    await self.receive_line(line)

    async def receive_line(self, line: str) -> None:
        """One line from the person; the number of a shown option chooses it."""
        option = self._option_by_number(line)
        self._reply_shown.clear()
        await self._receive(
            Inbound(
                channel=self.name,
                conversation=getuser(),
                sender=getuser(),
                message_id=uuid4().hex,
                sent_at=datetime.now(UTC),
                kind=MessageKind.TEXT if option is None else MessageKind.TAP,
                text=line if option is None else option.title,
                choice=None if option is None else option.id,
                language=self._language,
            )
        )
        # The prompt comes back under the reply, or soon if there is none.
        await wait_for_event(self._reply_shown, REPLY_WAIT_SECONDS)

    async def send(self, address: str, message: OutgoingMessage) -> str | None:
        """Print a reply with blue links and numbered options."""
        del address
        text = Text()
        for span in text_spans(message.text):
            text.append(span.text, style=f"link {span.href} bright_blue" if span.href else "")
        self._console.print(Padding(text, (0, 0, 0, 2)))
        self._options = tuple(option for option in message.options if not option.quiet)
        for number, option in enumerate(self._options, start=1):
            self._console.print(f"  [bold cyan]{number}[/] {option.title}")
        self._console.print()
        self._reply_shown.set()
        return None

    def _show_how_to_leave(self) -> None:
        words = self._texts[negotiate_language(self._language)]["how_to_leave"]
        self._console.print(Padding(Text(words, style="dim"), (0, 0, 1, 2)))

    def _option_by_number(self, line: str) -> Option | None:
        number = line.strip()
        if number.isascii() and number.isdigit() and 0 < int(number) <= len(self._options):
            return self._options[int(number) - 1]
        return None
