"""Reads small text files as Windows and others write them: UTF-8 with or without a mark, UTF-16 with one."""

import codecs
from pathlib import Path
from typing import Final

_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class EncodingError(Exception):
    """The file is no UTF-8 text: open it in an editor and save it as UTF-8."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def read_text_file(file: Path) -> str:
    """The text of a file, without a byte order mark.

    Raises:
        EncodingError: it is neither UTF-8 nor marked UTF-16.
        OSError: it cannot be read.
    """
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-16" if raw.startswith(_UTF16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError as exc:
        raise EncodingError from exc
    # UTF-16 without a mark reads as UTF-8 with a zero in every second place.
    if "\0" in text:
        raise EncodingError
    return text
