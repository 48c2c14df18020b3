"""The parts that a reply is sent in, texts and content templates, and which of them were sent already."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.channels.interface import DeliveryError
from bot.channels.twilio.reply_reference import ReplyReference
from handlers.model.messages import Option

MAX_TEXT_UNITS: Final = 1600
"""Of one message, in UTF-16 units: else Twilio error 21617."""

MAX_PROGRESS_ENTRIES: Final = 1000
"""Partly sent replies to remember."""


@dataclass(frozen=True, kw_only=True)
class TemplateContent:
    """A content template with its variables; `fallback_text` is used if Twilio rejects the template."""

    template_sid: str
    variables: str
    fallback_text: tuple[str, ...]


MessagePart = str | TemplateContent
SendPart = Callable[[str, MessagePart, ReplyReference], Awaitable[str]]
"""Sends one part to an address, with its reference; returns its sid."""


def numbered_text(text: str, options: Iterable[Option], number_format: str) -> str:
    """`text` with its options in numbered lines below, for who cannot tap: the answer is a number; no quiet ones."""
    prominent = (option.title for option in options if not option.quiet)
    lines = (number_format.format(number=number, title=title) for number, title in enumerate(prominent, start=1))
    return "\n\n".join((text, "\n".join(lines)))


class PartSender:
    """Sends the parts of a reply in order, and remembers accepted ones for a retry in this process."""

    def __init__(self, send_part: SendPart) -> None:
        self._send_part = send_part
        self._parts_sent: dict[tuple[str, int], int] = {}

    async def send_parts(self, address: str, sequence: int, parts: Sequence[MessagePart]) -> str:
        """The sid of the last message of the reply `sequence`.

        Raises:
            DeliveryError: not all parts were accepted. Called again, it continues after the last one that was.
        """
        if not parts:
            raise DeliveryError("there is nothing to read in it", permanent=True)
        key = (address, sequence)
        already_sent = self._parts_sent.pop(key, 0)
        for done, part in enumerate(parts[already_sent:], start=already_sent):
            try:
                reference = ReplyReference(sequence=sequence, last=done == len(parts) - 1)
                receipt = await self._send_part(address, part, reference)
            except DeliveryError as exc:
                if not exc.permanent and done:
                    self._record_progress(key, done)
                raise
        return receipt

    def _record_progress(self, key: tuple[str, int], parts_sent: int) -> None:
        while len(self._parts_sent) >= MAX_PROGRESS_ENTRIES:
            del self._parts_sent[next(iter(self._parts_sent))]
        self._parts_sent[key] = parts_sent
