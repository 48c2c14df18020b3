"""Encodes an option in the callback data of a button, at most 64 bytes, and decodes it; pure."""

from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.api.updates import Message
from handlers.model.messages import Option

MAX_CALLBACK_DATA_BYTES: Final = 64
"""Maximum bytes of callback_data."""

_DIGEST_MARKER: Final = "#"


@dataclass(frozen=True, kw_only=True)
class ChosenOption:
    """The tapped option. `choice` is None if its id did not fit into the button: then the title is used."""

    turn: str | None
    choice: str | None
    title: str


def options_keyboard(options: tuple[Option, ...], turn: str | None) -> InlineKeyboardMarkup | None:
    """The options below each other: side by side, phones cut their titles. Quiet ones are short and share a row."""
    if not options:
        return None
    buttons = [InlineKeyboardButton(option.title, callback_data=encode_choice(option.id, turn)) for option in options]
    prominent = [[button] for button, option in zip(buttons, options, strict=True) if not option.quiet]
    quiet = [button for button, option in zip(buttons, options, strict=True) if option.quiet]
    return InlineKeyboardMarkup([*prominent, *([quiet] if quiet else [])])


def encode_choice(choice: str, turn: str | None) -> str:
    """The turn and the option; a digest of the option if both are too long.

    A digest need not be decoded: the button's title comes back with the tap, and is used as if it had been typed.
    """
    whole = f"{turn or ''}|{choice}"
    if len(whole.encode()) <= MAX_CALLBACK_DATA_BYTES:
        return whole
    digest = f"|{_DIGEST_MARKER}{blake2s(choice.encode(), digest_size=12).hexdigest()}"
    return (turn or "").encode()[: MAX_CALLBACK_DATA_BYTES - len(digest)].decode(errors="ignore") + digest


def decode_choice(data: str, message: Message | None) -> ChosenOption:
    """Decode a tap with `data` under `message`; a button of another kind is an option by itself."""
    turn, bar, choice = data.partition("|")
    rows = message.reply_markup.inline_keyboard if message is not None else ()
    titles = (button.text for row in rows for button in row if button.callback_data == data)
    known = None if choice.startswith(_DIGEST_MARKER) else (choice if bar else data)
    return ChosenOption(turn=turn or None if bar else None, choice=known, title=next(titles, ""))
