"""Agents see and hear what people sent; nobody else does, and nothing of it is kept."""

from collections.abc import Mapping
from http import HTTPStatus

import pytest
from sqlalchemy import select, update

from bot.channels.media import MediaError, MediaFile, MediaProblem, recognize_type
from handlers.model.messages import MessageKind
from storage import personal_data
from storage.database import engine
from storage.tables import messages
from tests.unit.bot.console.conftest import ConsoleBrowser, OpenBrowser
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

JPEG = b"\xff\xd8\xff\xe0 a till with an error"


class FakeMediaSource:
    """A platform with these files; it fails with a problem for any other."""

    def __init__(self, files: Mapping[str, bytes], problem: MediaProblem = MediaProblem.GONE) -> None:
        self.files, self.problem = files, problem

    async def fetch_media(self, reference: str) -> MediaFile:
        """The file."""
        if reference not in self.files:
            raise MediaError(self.problem)
        content = self.files[reference]
        return MediaFile(content=content, content_type=recognize_type(content))


def send(shop: HelpdeskFixture, reference: str, kind: MessageKind = MessageKind.PHOTO) -> tuple[str, int]:
    """Anna sends a file; her conversation and the number of the message."""
    talk = shop.record_message("", kind=kind)
    with engine.write_transaction(shop.console.database) as connection:
        own = messages.c.conversation_id == talk, messages.c.kind == kind
        number = connection.scalar(select(messages.c.id).where(*own))
        assert number is not None
        connection.execute(update(messages).where(messages.c.id == number).values(media=reference))
    return talk, number


async def test_an_agent_sees_the_picture(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.media_sources["webchat"] = FakeMediaSource({"one": JPEG})
    talk, number = send(shop, "one")
    path = f"/talks/{talk}/media/{number}"
    assert f'<img src="/console{path}"' in await otto.text(f"/talks/{talk}")

    answer = await otto.get(path)

    assert await answer.read() == JPEG
    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await otto.get(f"/talks/{talk}/media/{number + 1}")).status == HTTPStatus.NOT_FOUND


async def test_a_recording_is_played_and_a_document_saved(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.media_sources["webchat"] = FakeMediaSource({"pdf": b"%PDF-1.7", "voice": b"OggS"})
    talk, voice = send(shop, "voice", MessageKind.VOICE)
    _, document = send(shop, "pdf", MessageKind.DOCUMENT)
    assert "<audio" in await otto.text(f"/talks/{talk}")
    assert (await otto.get(f"/talks/{talk}/media/{voice}")).headers["Content-Disposition"] == "inline"
    assert (await otto.get(f"/talks/{talk}/media/{document}")).headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (MediaProblem.GONE, "Platformai šī faila vairs nav."),
        (MediaProblem.TOO_LARGE, "Fails ir par lielu"),
        (MediaProblem.UNREACHABLE, "Platforma pašlaik neatbild."),
        (MediaProblem.UNSUPPORTED, "Šāda veida failu šeit nerāda"),
    ],
)
async def test_what_cannot_be_shown_is_told_in_words(
    shop: HelpdeskFixture, otto: ConsoleBrowser, problem: MediaProblem, told: str
) -> None:
    shop.media_sources["webchat"] = FakeMediaSource({}, problem)
    talk, number = send(shop, "one")
    answer = await otto.get(f"/talks/{talk}/media/{number}")
    assert answer.status >= HTTPStatus.BAD_REQUEST
    assert told in await answer.text()


async def test_a_channel_that_is_not_set_up_any_more_does_not_answer(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    talk, number = send(shop, "one")
    assert (await otto.get(f"/talks/{talk}/media/{number}")).status == HTTPStatus.BAD_GATEWAY


async def test_nobody_sees_it_without_signing_in_or_of_another_conversation(
    shop: HelpdeskFixture, opens: OpenBrowser, otto: ConsoleBrowser
) -> None:
    shop.media_sources["webchat"] = FakeMediaSource({"one": JPEG})
    talk, number = send(shop, "one")
    other = shop.record_message("Labdien", by="boris")
    assert (await otto.get(f"/talks/{other}/media/{number}")).status == HTTPStatus.NOT_FOUND
    assert await (await (await opens()).get(f"/talks/{talk}/media/{number}")).read() != JPEG


async def test_the_reference_is_erased_with_the_person(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.media_sources["webchat"] = FakeMediaSource({"one": JPEG})
    talk, number = send(shop, "one")
    with engine.write_transaction(shop.console.database) as connection:
        personal_data.erase(connection, personal_data.find_conversations(connection, talk))
    assert (await otto.get(f"/talks/{talk}/media/{number}")).status == HTTPStatus.NOT_FOUND
