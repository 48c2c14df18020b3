"""How a choice travels in a button of at most 64 bytes, and back; pure."""

from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.api.updates import Message
from handlers.model.messages import Option

MAX_CALLBACK_DATA_BYTES: Final = 64
"""Bytes of callback_data."""

_DIGEST_MARKER: Final = "#"


@dataclass(frozen=True, kw_only=True)
class ChosenOption:
    """What was tapped. `choice` is None where its id did not fit into the button: then the title has to do."""

    turn: str | None
    choice: str | None
    title: str


def options_keyboard(options: tuple[Option, ...], turn: str | None) -> InlineKeyboardMarkup | None:
    """The choices, one below the other: side by side, phones cut their titles. Quiet ones are short and share a row."""
    if not options:
        return None
    buttons = [InlineKeyboardButton(option.title, callback_data=encode_choice(option.id, turn)) for option in options]
    prominent = [[button] for button, option in zip(buttons, options, strict=True) if not option.quiet]
    quiet = [button for button, option in zip(buttons, options, strict=True) if option.quiet]
    return InlineKeyboardMarkup([*prominent, *([quiet] if quiet else [])])


def encode_choice(choice: str, turn: str | None) -> str:
    """The turn and the choice; a digest of the choice where both are too long.

    A digest cannot be turned back without a memory that outlives the process, and needs not: the button's title comes
    back with the tap, and stands for the choice as if it had been typed.
    """
    whole = f"{turn or ''}|{choice}"
    if len(whole.encode()) <= MAX_CALLBACK_DATA_BYTES:
        return whole
    digest = f"|{_DIGEST_MARKER}{blake2s(choice.encode(), digest_size=12).hexdigest()}"
    return (turn or "").encode()[: MAX_CALLBACK_DATA_BYTES - len(digest)].decode(errors="ignore") + digest


def decode_choice(data: str, message: Message | None) -> ChosenOption:
    """What a tap with `data` under `message` means; a button that is not of this kind is a choice by itself."""
    turn, bar, choice = data.partition("|")
    rows = message.reply_markup.inline_keyboard if message is not None else ()
    titles = (button.text for row in rows for button in row if button.callback_data == data)
    known = None if choice.startswith(_DIGEST_MARKER) else (choice if bar else data)
    return ChosenOption(turn=turn or None if bar else None, choice=known, title=next(titles, ""))
