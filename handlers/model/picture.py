"""The words of a picture: frozen values."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class PictureWords:
    """What was read from a picture, masked; `told` if the message is understood with it."""

    text: str = ""
    masked: tuple[str, ...] = ()
    told: bool = False


NO_PICTURE_WORDS: Final = PictureWords()
