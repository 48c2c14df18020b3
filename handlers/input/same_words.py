"""Tells messages of the same words from others without keeping a word; pure."""

from hashlib import blake2b
from typing import Final

from handlers.model.messages import MessageKind

_KEY_BYTES: Final = 8


def words_key(text: str, kind: MessageKind = MessageKind.TEXT) -> str:
    """A key of the words, figures and signs apart; of the kind, for what has no text. Empty for figures alone: they may
    choose or tell something each time."""
    words = "".join(letter if letter.isalpha() else " " for letter in text.casefold()).split()
    if not words and (text or kind is MessageKind.TEXT):
        return ""
    return blake2b(" ".join(words or [kind]).encode("utf-8", "replace"), digest_size=_KEY_BYTES).hexdigest()
