"""A photographed error screen is read by Tesseract itself, answered by its words, and shown to staff as such."""

import shutil
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from handlers.model.context import KnowledgeBundle
from storage.conversations import transcript
from storage.database.engine import read_transaction
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.test_notices import GROUP, peer, running, shown

__all__ = ["peer"]

pytestmark = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="Tesseract is not installed: apt install tesseract-ocr tesseract-ocr-lav tesseract-ocr-rus",
)

STOPS: Final = ("Kase", "Kļūda 12: kase ir bloķēta, pārdot nav iespējams. PIN: 4821")
ERRORS: Final = (
    ("iikoFront", "Fiscal device not responding (code 12)"),
    ("Ошибка", "Нет связи с сервером iiko. Проверьте подключение к сети."),
    ("Kļūda", "Nav savienojuma ar serveri. Pārbaudiet tīkla kabeli."),
)
Screens = dict[tuple[str, str], bytes]

SCREEN = """<style>body { background: #24384a; font: 22px sans-serif; color: #9cf }
main { background: #eee; color: #222; width: 560px; margin: 110px auto; padding: 20px; transform: rotate(-1.5deg) }</style>
Galds 4 &nbsp; 12,50 EUR <main><h3>%s</h3><p>%s</p><button>OK</button></main>"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def screens(browser: Browser) -> Screens:
    """Pictures of a till's screen, held a little askew."""
    page = await browser.new_page(viewport={"width": 1024, "height": 600})
    pictures = Screens()
    for title, text in (STOPS, *ERRORS):
        await page.set_content(SCREEN % (title, text))
        pictures[title, text] = await page.screenshot(type="jpeg", quality=85)
    await page.close()
    return pictures


def sizes(name: str) -> list[dict[str, object]]:
    return [{"file_id": name, "file_unique_id": f"u{name}", "width": 1024, "height": 600}]


async def test_a_screen_that_stops_trading_reaches_staff_with_its_words_and_without_its_pin(
    shipped: KnowledgeBundle, peer: TelegramPeer, screens: Screens, tmp_path: Path
) -> None:
    peer.files = {"one": screens[STOPS]}
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}) as program:
        peer.send_message(photo=sizes("one"))
        await peer.until(lambda: shown(peer))
        told = shown(peer)[0]["text"]
        assert "STĀV" in told.splitlines()[0]
        (read,) = [line for line in told.splitlines() if line.startswith("Nolasīts no attēla:")]
        assert "kase ir bloķēta" in read
        assert "4821" not in told
        await peer.until(lambda: peer.bot_texts(42))
        assert peer.bot_texts(42)[0].startswith("Spriežot pēc teksta attēlā:")
        with read_transaction(program.database) as connection:
            talk = connection.exec_driver_sql("SELECT id FROM conversations").scalar_one()
            entries, _ = transcript.transcript(connection, talk)
        assert "kase ir bloķēta" in entries[0].picture_text
        assert "4821" not in entries[0].picture_text


@pytest.mark.parametrize("screen", ERRORS)
async def test_an_error_in_each_language_is_answered_in_that_of_the_person(
    shipped: KnowledgeBundle, peer: TelegramPeer, screens: Screens, tmp_path: Path, screen: tuple[str, str]
) -> None:
    peer.files = {"one": screens[screen]}
    async with running(shipped, peer, tmp_path):
        peer.send_message(photo=sizes("one"))
        await peer.until(lambda: peer.bot_texts(42))
        (answer,) = peer.bot_texts(42)
        assert answer.startswith("Spriežot pēc teksta attēlā:")
        assert "+371 20110525" in answer


async def test_who_switches_it_off_has_no_picture_read(
    shipped: KnowledgeBundle, peer: TelegramPeer, screens: Screens, tmp_path: Path
) -> None:
    peer.files = {"one": screens[ERRORS[2]]}
    async with running(shipped, peer, tmp_path, read_pictures=False):
        peer.send_message(photo=sizes("one"))
        await peer.until(lambda: peer.bot_texts(42))
        assert peer.bot_texts(42)[0].startswith("Lasu tikai tekstu.")
        assert not peer.calls_of("getFile")
