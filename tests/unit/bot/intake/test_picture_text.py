"""The words of a picture come with its message, and no picture ever holds its message up."""

import asyncio
import os
import struct
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.channels.media import MediaError, MediaFile, MediaProblem
from bot.intake import tesseract
from bot.intake.picture_text import PictureReading
from bot.intake.tesseract import MAX_PICTURE_PIXELS, TesseractReader, find_tesseract, picture_size
from handlers.model.messages import Inbound, MessageKind
from tests.contract.talks import HELLO
from tests.patience import PATIENCE_SECONDS

PHOTO = replace(HELLO, kind=MessageKind.PHOTO, media="one", text="")
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
JPEG = b"\xff\xd8\xff\xe0\x00\x06JFIF\xff\xc0\x00\x11\x08" + struct.pack(">HH", 480, 640) + b"\x03"
TABLE = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n"
    "5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96.5\tKļūda:\n"
    '5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t91\tnav "savienojuma"\n'
    "5\t1\t1\t1\t1\t3\t0\t0\t9\t9\t12\t~|\n"
    "5\t1\t2\t1\t1\t1\t0\t0\t9\t9\t95\tOK\n"
)


@dataclass
class FakeSource:
    """Has one picture."""

    error: MediaProblem | None = None

    async def fetch_media(self, reference: str) -> MediaFile:
        if self.error is not None:
            raise MediaError(self.error)
        return MediaFile(content=reference.encode(), content_type="image/png")


@dataclass
class FakeReader:
    """Reads the picture's own bytes; as long as it is blocked, it reads for ever."""

    blocked: asyncio.Event | None = None
    running: int = 0
    most: int = 0

    async def read(self, picture: bytes) -> str:
        self.running += 1
        self.most = max(self.most, self.running)
        await (self.blocked.wait() if self.blocked is not None else asyncio.sleep(0))
        self.running -= 1
        return picture.decode()


@dataclass
class Received:
    """What was received."""

    messages: list[Inbound] = field(default_factory=list)

    async def __call__(self, inbound: Inbound) -> None:
        self.messages.append(inbound)


async def words(inbound: Inbound, *, source: FakeSource | None = None, reader: FakeReader | None = None) -> str:
    received = Received()
    sources = {HELLO.channel: source or FakeSource()}
    await PictureReading(receive=received, reader=reader or FakeReader(), sources=sources, seconds=0.05)(inbound)
    (message,) = received.messages
    return message.picture_text


async def test_the_words_of_a_photo_come_with_it() -> None:
    assert await words(PHOTO) == "one"


@pytest.mark.parametrize(
    "other",
    [HELLO, replace(PHOTO, kind=MessageKind.VOICE), replace(PHOTO, media=None), replace(PHOTO, channel="sms")],
)
async def test_nothing_else_is_read(other: Inbound) -> None:
    assert await words(other) == ""


async def test_a_picture_that_is_gone_holds_nothing_up() -> None:
    assert await words(PHOTO, source=FakeSource(error=MediaProblem.GONE)) == ""


async def test_a_picture_that_takes_too_long_holds_nothing_up() -> None:
    assert await words(PHOTO, reader=FakeReader(blocked=asyncio.Event())) == ""


async def test_one_picture_is_read_at_a_time() -> None:
    reader, received = FakeReader(), Received()
    reading = PictureReading(receive=received, reader=reader, sources={HELLO.channel: FakeSource()})
    async with asyncio.TaskGroup() as tasks:
        for number in range(5):
            tasks.create_task(reading(replace(PHOTO, media=str(number))))
    assert sorted(one.picture_text for one in received.messages) == ["0", "1", "2", "3", "4"]
    assert reader.most == 1


def test_the_size_of_a_picture_is_known_before_it_is_read() -> None:
    assert picture_size(PNG) == picture_size(JPEG) == (640, 480)
    assert picture_size(b"GIF89a") is picture_size(PNG[:20]) is picture_size(JPEG[:12]) is None


def program(folder: Path, script: str) -> str:
    """A stand-in for Tesseract."""
    file = folder / "tesseract"
    file.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    file.chmod(0o755)
    return str(file)


async def read(folder: Path, script: str, picture: bytes = PNG) -> str:
    return await TesseractReader(program=program(folder, script), languages=("lav", "eng")).read(picture)


async def test_sure_words_are_read_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "table").write_text(TABLE, "utf-8")
    given = 'test "$*" = "- - -l lav+eng tsv" && test "$OMP_THREAD_LIMIT" = 1'
    assert await read(tmp_path, f"{given} && cat {tmp_path / 'table'}") == 'Kļūda: nav "savienojuma"'


async def test_what_fails_or_is_no_picture_of_a_usual_size_has_no_words(tmp_path: Path) -> None:
    assert await read(tmp_path, "exit 1") == ""
    (tmp_path / "table").write_text(TABLE, "utf-8")
    says = f"cat {tmp_path / 'table'}"
    huge = PNG[:16] + struct.pack(">II", MAX_PICTURE_PIXELS, 2)
    assert [await read(tmp_path, says, picture) for picture in (huge, b"GIF89a", b"")] == ["", "", ""]


async def test_a_reader_that_hangs_ends_with_its_message(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    reading = asyncio.create_task(
        read(tmp_path, f"echo $$ > {started}.new; mv {started}.new {started}; exec sleep 600")
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (number := pid(started)):
            await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def pid(file: Path) -> int:
    """The number of the process that wrote it there; 0 before."""
    return int(file.read_text()) if file.is_file() else 0


async def test_the_languages_that_are_installed_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    program(tmp_path, "echo 'List of available languages (3):'; echo eng; echo rus; echo deu")
    found = await find_tesseract()
    assert found is not None
    assert found.languages == ("rus", "eng")

    program(tmp_path, "echo deu")
    assert await find_tesseract() is None

    monkeypatch.setattr(tesseract, "_LIST_SECONDS", 0.05)
    program(tmp_path, "exec sleep 600")
    assert await find_tesseract() is None

    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert await find_tesseract() is None
