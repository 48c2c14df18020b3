"""Nobody comes in uninvited, and every sentence stands in every language."""

import re
from http import HTTPStatus

from bot.console import AccessLevel
from tests.doubles import NOW
from tests.unit.bot.console.conftest import ConsoleBrowser, OpenBrowser
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture


async def test_a_stranger_is_sent_to_sign_in_or_away(shop: HelpdeskFixture, opens: OpenBrowser) -> None:
    talk = shop.record_message("Labdien", at=NOW)
    stranger = await opens()
    pages = [page for section in shop.sections() for page in section.routes if page.role is not AccessLevel.ANYONE]
    for page in pages:
        path = re.sub(r"\{talk[^/]*\}\}?", talk, page.path)
        path = re.sub(r"\{[^/]+\}", "1", path)
        if page.method == "GET":
            answer = await stranger.get(path, follow=False)
            assert (answer.status, answer.headers["Location"]) == (HTTPStatus.SEE_OTHER, "/console/sign-in"), path
        elif path != "/sign-out":
            assert (await stranger.post(path, follow=False)).status == HTTPStatus.UNAUTHORIZED, path


async def test_a_change_without_the_token_is_refused(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("Labdien", at=NOW)
    for path in (f"/talks/{talk}/erase", f"/talks/{talk}/export", "/now/1/take", "/unanswered/1/teach"):
        answer = await otto.post(path, {"csrf": "guessed", "sure": "1"}, follow=False)
        assert answer.status == HTTPStatus.FORBIDDEN, path


async def test_every_page_is_there_in_every_language(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("Labdien", at=NOW)
    paths = ("/now", "/talks", f"/talks/{talk}", "/unanswered", "/knowledge", "/knowledge/entries/hours", "/figures")
    titles = set()
    for language in ("lv", "ru", "en"):
        await otto.post("/language", {"language": language})
        for path in paths:
            page = await otto.text(path)
            assert f'<html lang="{language}">' in page
            found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
            assert found is not None
            titles.add((path, found[1]))
    assert len(titles) == 3 * len(paths)
