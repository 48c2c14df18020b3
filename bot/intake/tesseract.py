"""Reads the words of a picture with Tesseract, as a process of its own within limits; keeps nothing."""

import asyncio
import csv
import os
import shutil
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

LANGUAGES: Final = ("lav", "rus", "eng")
"""Tesseract's names of the languages that are read; those that are installed are used."""
MAX_PICTURE_BYTES: Final = 8 * 1024 * 1024
"""Larger pictures are not read: what Telegram and WhatsApp send as a photo is smaller."""
MAX_PICTURE_PIXELS: Final = 25_000_000
"""As many as a phone's camera has; a small file can hold far more."""
MIN_WORD_CONFIDENCE: Final = 50.0
"""Words that are less sure (0 to 100) are spots and edges."""

_MAX_MEMORY_KILOBYTES: Final = 1_500_000
_MAX_CPU_SECONDS: Final = 10
_LIST_SECONDS: Final = 5.0
# A limit that a system does not have is passed over; the time limit of the caller is always there.
_LIMITED: Final = f'ulimit -v {_MAX_MEMORY_KILOBYTES}; ulimit -t {_MAX_CPU_SECONDS}; exec "$@"'
_ENVIRONMENT: Final = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_JPEG_SIZES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Segments of a JPEG that tell its size."""


@dataclass(frozen=True, kw_only=True)
class TesseractReader:
    """Reads pictures, one at a time."""

    program: str
    languages: tuple[str, ...]

    async def read(self, picture: bytes) -> str:
        """The lines that are words; empty for what cannot be read. The caller limits the time: the process ends when
        it is cancelled."""
        size = picture_size(picture)
        if size is None or not 0 < size[0] * size[1] <= MAX_PICTURE_PIXELS or len(picture) > MAX_PICTURE_BYTES:
            return ""
        found = await _run((self.program, "-", "-", "-l", "+".join(self.languages), "tsv"), picture)
        return "\n".join(_lines(found.decode("utf-8", "replace").splitlines()))


async def find_tesseract() -> TesseractReader | None:
    """Tesseract with those of our languages that are installed; None where there is none."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        async with asyncio.timeout(_LIST_SECONDS):
            listed = await _run((program, "--list-langs"), b"")
    except TimeoutError:
        return None
    there = set(listed.decode("utf-8", "replace").split())
    languages = tuple(language for language in LANGUAGES if language in there)
    return TesseractReader(program=program, languages=languages) if languages else None


def picture_size(picture: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG, by its own header; None for anything else."""
    if picture.startswith(_PNG) and len(picture) >= 24:
        return struct.unpack(">II", picture[16:24])
    return _jpeg_size(picture) if picture.startswith(_JPEG) else None


def _jpeg_size(picture: bytes) -> tuple[int, int] | None:
    place = len(_JPEG)
    while place + 9 <= len(picture) and picture[place] == 0xFF:
        if picture[place + 1] in _JPEG_SIZES:
            height, width = struct.unpack(">HH", picture[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(picture[place + 2 : place + 4], "big")
    return None


async def _run(command: tuple[str, ...], given: bytes) -> bytes:
    """What the command writes, whatever becomes of it."""
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        _LIMITED,
        "tesseract",
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **_ENVIRONMENT},
    )
    try:
        written, _ = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return written


def _lines(table: Iterable[str]) -> Iterator[str]:
    """The sure words of Tesseract's table, line by line; a line without a word of three letters says nothing."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
        word = (row.get("text") or "").strip()
        if word and float(row["conf"]) >= MIN_WORD_CONFIDENCE:
            lines.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(word)
    return (" ".join(words) for words in lines.values() if any(_is_word(word) for word in words))


def _is_word(text: str) -> bool:
    return sum(letter.isalpha() for letter in text) >= 3
