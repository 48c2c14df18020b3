"""Tells whether a message is meant for the bot, and takes the bot's name out of it; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.channels.telegram.api.updates import Entity, Message

_HOLE: Final = "\0"
_AHEAD: Final = re.compile(r"^\s*\0[\s,:;.!–—-]*")
_BEHIND: Final = re.compile(r"[\s,]*\0(?=\s*[?!.]*\s*$)")
_BETWEEN: Final = re.compile(r"\s*\0\s*")


@dataclass(frozen=True, kw_only=True)
class Me:
    """The bot itself."""

    id: int
    username: str


def words(message: Message, me: Me) -> str | None:
    """What the message says to the bot, which may be nothing; None where it is not meant for it.

    In a private chat everything is. In a group only what mentions the bot, replies to it, or is a command to it.
    """
    text = message.text if message.text is not None else message.caption or ""
    entities = message.entities if message.text is not None else message.caption_entities
    units = text.encode("utf-16-le", "surrogatepass")
    named = tuple(_named(units, entities, me))
    replied = message.reply_to_message is not None and message.reply_to_message.sender is not None
    to_me = replied and message.reply_to_message.sender.id == me.id  # type: ignore[union-attr]
    if message.chat.type != "private" and not named and not to_me:
        return None
    return _without(units, named)


def _named(units: bytes, entities: tuple[Entity, ...], me: Me) -> Iterator[tuple[int, int]]:
    """Where the text names the bot: from and to, in bytes of `units`."""
    handle = f"@{me.username}".casefold()
    for entity in entities:
        start, end = entity.offset * 2, (entity.offset + entity.length) * 2
        marked = units[start:end].decode("utf-16-le", "replace").casefold()
        if (entity.type == "mention" and marked == handle) or (
            entity.type == "text_mention" and entity.user is not None and entity.user.id == me.id
        ):
            yield start, end
        elif entity.type == "bot_command" and marked.endswith(handle):
            yield end - len(handle) * 2, end


def _without(units: bytes, named: tuple[tuple[int, int], ...]) -> str:
    hole = _HOLE.encode("utf-16-le")
    for start, end in sorted(named, reverse=True):
        units = units[:start] + hole + units[end:]
    text = units.decode("utf-16-le", "replace")
    return _BETWEEN.sub(" ", _BEHIND.sub("", _AHEAD.sub("", text))).strip() if named else text
