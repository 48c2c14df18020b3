"""Tells whether a message addresses the bot, and removes the bot's name from it; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.channels.telegram.api.updates import Entity, Message

GROUP_COMMANDS: Final = frozenset({"/start", "/help", "/language", "/lines", "/privacy", "/forget", "/cancel"})
"""Commands that are answered in a group without the bot's name."""

_PLACEHOLDER: Final = "\0"
_LEADING_MENTION: Final = re.compile(r"^\s*\0[\s,:;.!–—-]*")
_TRAILING_MENTION: Final = re.compile(r"[\s,]*\0(?=\s*[?!.]*\s*$)")
_INNER_MENTION: Final = re.compile(r"\s*\0\s*")


@dataclass(frozen=True, kw_only=True)
class BotIdentity:
    """The bot's own account."""

    id: int
    username: str


def text_for_bot(message: Message, bot: BotIdentity) -> str | None:
    """The text addressed to the bot, which may be empty; None if it is not addressed.

    In a private chat everything is. In a group only mentions, replies and commands are.
    """
    text = message.text if message.text is not None else message.caption or ""
    entities = message.entities if message.text is not None else message.caption_entities
    utf16 = text.encode("utf-16-le", "surrogatepass")
    mentions = tuple(_find_mentions(utf16, entities, bot))
    replied = message.reply_to_message is not None and message.reply_to_message.sender is not None
    replies_to_bot = replied and message.reply_to_message.sender.id == bot.id  # type: ignore[union-attr]
    if message.chat.type != "private" and not mentions and not replies_to_bot and not _is_bare_command(text, entities):
        return None
    return _remove_mentions(utf16, mentions)


def _is_bare_command(text: str, entities: tuple[Entity, ...]) -> bool:
    """Whether it begins with a command of ours that names no bot: people write it so where there is one bot."""
    return (
        any(entity.type == "bot_command" and entity.offset == 0 for entity in entities)
        and (text.split(maxsplit=1) or [""])[0].casefold() in GROUP_COMMANDS
    )


def _find_mentions(utf16: bytes, entities: tuple[Entity, ...], bot: BotIdentity) -> Iterator[tuple[int, int]]:
    """The spans of mentions of the bot, in bytes of `utf16`."""
    handle = f"@{bot.username}".casefold()
    for entity in entities:
        start, end = entity.offset * 2, (entity.offset + entity.length) * 2
        entity_text = utf16[start:end].decode("utf-16-le", "replace").casefold()
        if (entity.type == "mention" and entity_text == handle) or (
            entity.type == "text_mention" and entity.user is not None and entity.user.id == bot.id
        ):
            yield start, end
        elif entity.type == "bot_command" and entity_text.endswith(handle):
            yield end - len(handle) * 2, end


def _remove_mentions(utf16: bytes, mentions: tuple[tuple[int, int], ...]) -> str:
    placeholder = _PLACEHOLDER.encode("utf-16-le")
    for start, end in sorted(mentions, reverse=True):
        utf16 = utf16[:start] + placeholder + utf16[end:]
    text = utf16.decode("utf-16-le", "replace")
    return (
        _INNER_MENTION.sub(" ", _TRAILING_MENTION.sub("", _LEADING_MENTION.sub("", text))).strip() if mentions else text
    )
