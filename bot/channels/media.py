"""What a person sent beside words, as staff may see it: pictures, sound and PDF only; fetches nothing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

MAX_MEDIA_BYTES: Final = 20 * 1024 * 1024
"""Larger files are not fetched: the Bot API gives none either."""

_SIGNATURES: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (4, b"ftypM4A", "audio/mp4"),
    (0, b"%PDF-", "application/pdf"),
)
"""How files begin: what a sender or a platform calls them proves nothing."""


class MediaProblem(StrEnum):
    """Why a file cannot be shown."""

    GONE = "gone"
    TOO_LARGE = "too_large"
    UNREACHABLE = "unreachable"
    UNSUPPORTED = "unsupported"


class MediaError(Exception):
    """The file cannot be shown; `problem` tells why."""

    def __init__(self, problem: MediaProblem) -> None:
        super().__init__(f"The file cannot be shown: {problem}")
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class MediaFile:
    """A file, and what it is by its first bytes."""

    content: bytes
    content_type: str


class MediaSource(Protocol):
    """Where files are fetched by the platform's own reference."""

    async def fetch_media(self, reference: str) -> MediaFile:
        """The file.

        Raises:
            MediaError: it cannot be shown.
        """
        ...


def recognize_type(content: bytes) -> str:
    """The content type by the first bytes.

    Raises:
        MediaError: neither a picture, nor sound, nor PDF.
    """
    for start, mark, content_type in _SIGNATURES:
        if content[start : start + len(mark)] == mark:
            return content_type
    raise MediaError(MediaProblem.UNSUPPORTED)
