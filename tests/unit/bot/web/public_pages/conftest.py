"""The help pages of the made-up company, served without the rest of the program."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.public_pages import ChatLinks, HelpPages, PublicLayout, site_map_routes
from handlers.model.context import KnowledgeBundle
from kb.model import Category, EntryId, KnowledgeBase, LanguageTexts
from kb.understanding.result import Interpretation
from tests.doubles import NOW, ScriptedInterpreter, small_base, small_phrases

Client = TestClient[web.Request, web.Application]
OpenHelp = Callable[..., Awaitable[Client]]


def with_categories() -> KnowledgeBase:
    """The made-up company with two topic areas; some entries are in none."""
    tills = Category(
        id="tills",
        title=LanguageTexts({"lv": "Kases", "ru": "Кассы", "en": "Tills"}),
        entries=(EntryId("dead"), EntryId("printer"), EntryId("scanner")),
    )
    greetings = Category(
        id="greetings",
        title=LanguageTexts({"lv": "Sveiki", "ru": "Привет", "en": "Hello"}),
        entries=(EntryId("hello"),),
    )
    return replace(small_base(), categories=(tills, greetings))


@pytest.fixture
async def open_help() -> AsyncIterator[OpenHelp]:
    """Serves the pages."""
    clients: list[Client] = []

    async def open_(
        meanings: Mapping[str, Interpretation] | None = None,
        *,
        public_url: str | None = "https://bot.example.lv",
        whatsapp: str | None = None,
        now: datetime = NOW,
        **base: Any,
    ) -> Client:
        knowledge = KnowledgeBundle(
            base=replace(with_categories(), **base),
            interpreter=ScriptedInterpreter(meanings or {}),
            phrases=small_phrases(),
        )
        pages = HelpPages(
            PublicLayout(lambda: knowledge.base, public_url),
            lambda: knowledge,
            lambda: now,
            ChatLinks(whatsapp=whatsapp),
        )
        application = web.Application()
        application.add_routes(
            [*pages.routes(), *site_map_routes(pages.addresses, public_url, lambda: knowledge.base.languages)]
        )
        client = TestClient(TestServer(application))
        await client.start_server()
        clients.append(client)
        return client

    yield open_
    for client in clients:
        await client.close()


async def page_of(client: Client, path: str, **headers: str) -> str:
    """The text of a page that is there."""
    async with client.get(path, headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()
