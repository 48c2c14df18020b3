"""Cuts a text that is too long for one message, where it hurts least; pure."""

from typing import Final

_JOINTS: Final = ("\n\n", "\n", ". ", " ")
"""Paragraphs, lines, sentences, words."""


def split(text: str, limit: int) -> tuple[str, ...]:
    """`text` in parts of at most `limit`, none empty."""
    return tuple(part for part in (part.strip() for part in _cut(text.strip(), limit, _JOINTS)) if part)


def length(text: str) -> int:
    """As the strictest counter would see it: an emoji beyond the basic plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, limit: int, joints: tuple[str, ...]) -> list[str]:
    if length(text) <= limit:
        return [text]
    if not joints:
        # Half the limit: even if every letter counts double it fits.
        return [text[start : start + limit // 2] for start in range(0, len(text), limit // 2)]
    parts = [""]
    for piece in _pieces(text, joints[0]):
        if length((parts[-1] + piece).rstrip()) <= limit:
            parts[-1] += piece
        elif length(bare := piece.rstrip()) <= limit:
            parts.append(piece)
        else:
            parts += _cut(bare, limit, joints[1:])
            parts[-1] += piece.removeprefix(bare)
    return parts


def _pieces(text: str, joint: str) -> list[str]:
    """Each with the joint that follows it."""
    *before, last = text.split(joint)
    return [*(piece + joint for piece in before), last]
