"""How a choice travels in a button of at most 64 bytes, and back; pure."""

from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.api.updates import Message
from handlers.model.messages import Option

LONGEST: Final = 64
"""Bytes of callback_data."""

_DIGEST: Final = "#"


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What was tapped. `choice` is None where its id did not fit into the button: then the title has to do."""

    turn: str | None
    choice: str | None
    title: str


def keyboard(options: tuple[Option, ...], turn: str | None) -> InlineKeyboardMarkup | None:
    """The choices, one below the other: side by side, phones cut their titles. Quiet ones are short and share a row."""
    if not options:
        return None
    buttons = [InlineKeyboardButton(option.title, callback_data=carried(option.id, turn)) for option in options]
    loud = [[button] for button, option in zip(buttons, options, strict=True) if not option.quiet]
    quiet = [button for button, option in zip(buttons, options, strict=True) if option.quiet]
    return InlineKeyboardMarkup([*loud, *([quiet] if quiet else [])])


def carried(choice: str, turn: str | None) -> str:
    """The turn and the choice; a digest of the choice where both are too long.

    A digest cannot be turned back without a memory that outlives the process, and needs not: the button's title comes
    back with the tap, and stands for the choice as if it had been typed.
    """
    whole = f"{turn or ''}|{choice}"
    if len(whole.encode()) <= LONGEST:
        return whole
    digest = f"|{_DIGEST}{blake2s(choice.encode(), digest_size=12).hexdigest()}"
    return (turn or "").encode()[: LONGEST - len(digest)].decode(errors="ignore") + digest


def chosen(data: str, message: Message | None) -> Chosen:
    """What a tap with `data` under `message` means; a button that is not of this kind is a choice by itself."""
    turn, bar, choice = data.partition("|")
    rows = message.reply_markup.inline_keyboard if message is not None else ()
    titles = (button.text for row in rows for button in row if button.callback_data == data)
    known = None if choice.startswith(_DIGEST) else (choice if bar else data)
    return Chosen(turn=turn or None if bar else None, choice=known, title=next(titles, ""))
