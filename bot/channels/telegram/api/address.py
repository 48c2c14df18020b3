"""Where a reply goes, as this channel writes it in Inbound.conversation: a chat, or a topic of a forum; pure."""

from dataclasses import dataclass
from typing import Self

from bot.channels.telegram.api.updates import Message


@dataclass(frozen=True, kw_only=True)
class ChatAddress:
    """A chat, and in a forum the topic: an answer in another topic than the question would not be found."""

    chat: int
    topic: int | None = None

    @classmethod
    def from_message(cls, message: Message) -> Self:
        """Where `message` stands."""
        return cls(chat=message.chat.id, topic=message.message_thread_id if message.is_topic_message else None)

    @classmethod
    def parse(cls, address: str) -> Self:
        """The place that `address` names: "42", or "-10042/7" for topic 7.

        Raises:
            ValueError: it names none.
        """
        chat, _, topic = address.partition("/")
        return cls(chat=int(chat), topic=int(topic) if topic else None)

    def __str__(self) -> str:
        """The address of this place."""
        return str(self.chat) if self.topic is None else f"{self.chat}/{self.topic}"
