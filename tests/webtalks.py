"""A made-up program behind the web pages: keeps talks in memory and answers as scripted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Final

from bot.channels.interface import OutgoingMessage
from handlers.model.messages import Inbound, MessageKind, Option, Reply

TOPICS: Final = (
    Option(id="entry:dead", title="Kase nestrādā"),
    Option(id="entry:hours", title="Darba laiks"),
    Option(id="entry:ticket", title="Pieteikums"),
)
GREETINGS: Final[Mapping[str | None, str]] = {
    "lv": "Labdien! Esmu Paligs, kasu servisa palīgs.\nRakstiet savu jautājumu vai izvēlieties tematu.",
    "ru": "Здравствуйте! Я Paligs, помощник сервиса касс.\nНапишите вопрос или выберите тему.",
    "en": "Hello! I am Paligs, the till service helper.\nWrite your question or pick a topic.",
}


@dataclass
class FakeConversations:
    """Receive and History in one. `delivered` is told of each reply, as the worker would tell the channel."""

    draft_url: str = "https://bot.example.lv/t/token"
    deliver: Callable[[str, OutgoingMessage], Awaitable[object]] | None = None
    messages_by_conversation: dict[str, list[OutgoingMessage]] = field(default_factory=dict)
    received: list[Inbound] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    history_fails: bool = False
    page_size: int = 3
    reads: int = 0
    """How often the history was read."""
    delay_seconds: float = 0.0
    """Between a message and its reply."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def receive(self, inbound: Inbound) -> None:
        """Kept and answered, once for each message id; or the next failure."""
        if self.failures:
            raise self.failures.pop(0)
        talk = self.messages_by_conversation.setdefault(inbound.conversation, [])
        if any(one.message_id == inbound.message_id for one in talk):
            return
        self.received.append(inbound)
        talk.append(
            self._outgoing_message(inbound.text.replace("1234", "••••"), from_user=True, message_id=inbound.message_id)
        )
        reply = self.reply(inbound)
        if inbound.text == "/forget":
            talk[:] = [replace(talk[-1], text="")]
        self._tasks.add(task := asyncio.create_task(self._answer(inbound.conversation, reply)))
        task.add_done_callback(self._tasks.discard)

    async def history(self, conversation: str, after_sequence: int) -> Sequence[OutgoingMessage]:
        """A page of what was said."""
        self.reads += 1
        if self.history_fails:
            raise OSError("the history cannot be read")
        talk = self.messages_by_conversation.get(conversation, [])
        return [one for one in talk if one.sequence > after_sequence][: self.page_size]

    def reply(self, inbound: Inbound) -> Reply:
        """What the made-up bot says."""
        if inbound.kind is MessageKind.TAP and inbound.choice == "entry:dead":
            return Reply(
                text="Zvaniet tagad: +371 20000525 (Tehniskā daļa).\nKamēr zvanāt: stāv visas kases vai viena?"
            )
        if inbound.text in ("/start", "/help"):
            return Reply(text=GREETINGS[inbound.language], options=TOPICS)
        if inbound.text == "/forget":
            return Reply(text="Jūsu sarakste ir izdzēsta.")
        if "pieteik" in inbound.text.casefold() or "заявк" in inbound.text.casefold():
            return Reply(
                text=f"Pieteikumus pieņem tikai e-pastā:\ntickets@example.lv\n\nMelnraksts ir gatavs:\n{self.draft_url}"
            )
        return Reply(text=f"Dzirdēju: {inbound.text}\n\nAvots: https://example.lv/help.")

    def says(self, conversation: str, reply: Reply) -> OutgoingMessage:
        """The bot says something of itself."""
        shown = replace(self._outgoing_message(reply.text, from_user=False), options=reply.options, turn="7")
        self.messages_by_conversation.setdefault(conversation, []).append(shown)
        return shown

    async def _answer(self, conversation: str, reply: Reply) -> None:
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        shown = self.says(conversation, reply)
        if self.deliver is not None:
            await self.deliver(conversation, shown)

    def _outgoing_message(self, text: str, *, from_user: bool, message_id: str | None = None) -> OutgoingMessage:
        number = next(self._numbers)
        return OutgoingMessage(
            sequence=number * 3, from_user=from_user, text=text, options=(), at=datetime.now(UTC), message_id=message_id
        )
