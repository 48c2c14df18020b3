"""Cuts a text that is too long for one message, where it hurts least; pure."""

from typing import Final

_BREAKPOINTS: Final = ("\n\n", "\n", ". ", " ")
"""Paragraphs, lines, sentences, words."""


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """`text` in parts of at most `limit`, none empty."""
    return tuple(part for part in (part.strip() for part in _split(text.strip(), limit, _BREAKPOINTS)) if part)


def utf16_length(text: str) -> int:
    """As the strictest counter would see it: an emoji beyond the basic plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _split(text: str, limit: int, breakpoints: tuple[str, ...]) -> list[str]:
    if utf16_length(text) <= limit:
        return [text]
    if not breakpoints:
        # Half the limit: even if every letter counts double it fits.
        return [text[start : start + limit // 2] for start in range(0, len(text), limit // 2)]
    parts = [""]
    for piece in _split_keeping_breakpoint(text, breakpoints[0]):
        if utf16_length((parts[-1] + piece).rstrip()) <= limit:
            parts[-1] += piece
        elif utf16_length(bare := piece.rstrip()) <= limit:
            parts.append(piece)
        else:
            parts += _split(bare, limit, breakpoints[1:])
            parts[-1] += piece.removeprefix(bare)
    return parts


def _split_keeping_breakpoint(text: str, breakpoint_text: str) -> list[str]:
    """Each with the joint that follows it."""
    *before, last = text.split(breakpoint_text)
    return [*(piece + breakpoint_text for piece in before), last]
