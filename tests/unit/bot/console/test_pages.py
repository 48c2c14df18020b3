"""What the console is made of: no page without a role."""

from typing import cast

import pytest
from aiohttp import web

from bot.console import AccessLevel, ConsoleRequest, Route, get
from tests.unit.bot.console.conftest import ConsoleFixture, OpenBrowser, sections


async def nothing(_visit: ConsoleRequest) -> web.StreamResponse:
    return web.Response()


@pytest.mark.parametrize("role", [None, "admin", 2])
def test_a_page_without_a_role_cannot_be_made(role: object) -> None:
    with pytest.raises(TypeError, match="name the role"):
        get("/x", nothing, role=cast("AccessLevel", role))
    with pytest.raises(TypeError, match="role"):
        Route(method="GET", path="/x", view=nothing)  # type: ignore[call-arg]


def test_a_page_has_an_address_of_its_own() -> None:
    with pytest.raises(ValueError, match="begins with /"):
        get("x", nothing, role=AccessLevel.AGENT)


def test_only_signing_in_and_the_language_are_open_to_anyone(desk: ConsoleFixture) -> None:
    pages = [page for section in sections(desk) for page in section.routes]
    assert {page.path for page in pages if page.role is AccessLevel.ANYONE} == {"/sign-in"}


async def test_an_admin_sees_delivery_and_an_agent_does_not(opens: OpenBrowser) -> None:
    assert "Viss ir piegādāts" in await (await opens("ada")).text("/delivery")
    assert (await (await opens("otto")).get("/delivery")).status == 403
