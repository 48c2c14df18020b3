"""Makes what came in readable: strips what no eye sees, cuts what is endless, tells words from media; pure."""

import re
import unicodedata
from typing import Final

from handlers.model.messages import MessageKind

MAX_MESSAGE_CHARS: Final = 4000
"""Characters of a message that are read and kept: the head and the tail of anything longer."""

_GAP: Final = " … "
_SPACES: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r"\s*\n\s*")
_MEDIA_MARKER: Final = re.compile(
    r"(?i)\[\s*(?:foto|photo|фото|attēls|attels|picture|image|изображение|картинка|voice|balss|голос|audio|аудио|video|видео|"
    r"sticker|uzlīme|uzlime|стикер|dokuments|document|документ|fails|file|файл|location|локация)\w*[^\]]{0,40}\]"
)


def sanitize(text: str) -> str:
    """`text` in NFC without control, invisible and broken characters, spaces squeezed, cut to MAX_MESSAGE_CHARS."""
    if len(text) > MAX_MESSAGE_CHARS:
        half = (MAX_MESSAGE_CHARS - len(_GAP)) // 2
        text = text[:half] + _GAP + text[-half:]
    seen = unicodedata.normalize("NFC", text)
    if not seen.isprintable():
        seen = "".join(letter for letter in seen if _is_visible(letter))
    return _LINES.sub("\n", _SPACES.sub(" ", seen)).strip()


def strip_media_markers(text: str, kind: MessageKind) -> tuple[str, bool]:
    """The words of a message, and whether a medium came with them: a photo, or a stand-in for one like "[photo]"."""
    bare = _MEDIA_MARKER.sub(" ", text).strip()
    return bare, kind not in (MessageKind.TEXT, MessageKind.TAP) or bare != text


def _is_visible(letter: str) -> bool:
    return letter in "\n\t" or not unicodedata.category(letter).startswith("C")
