"""What the console is made of: no page without a role."""

from typing import cast

import pytest
from aiohttp import web

from bot.console import Access, Page, Visit, shows
from tests.unit.bot.console.conftest import Desk, Opens, sections


async def nothing(_visit: Visit) -> web.StreamResponse:
    return web.Response()


@pytest.mark.parametrize("role", [None, "admin", 2])
def test_a_page_without_a_role_cannot_be_made(role: object) -> None:
    with pytest.raises(TypeError, match="name the role"):
        shows("/x", nothing, role=cast("Access", role))
    with pytest.raises(TypeError, match="role"):
        Page(method="GET", path="/x", do=nothing)  # type: ignore[call-arg]


def test_a_page_has_an_address_of_its_own() -> None:
    with pytest.raises(ValueError, match="begins with /"):
        shows("x", nothing, role=Access.AGENT)


def test_only_signing_in_and_the_language_are_open_to_anyone(desk: Desk) -> None:
    pages = [page for section in sections(desk) for page in section.pages]
    assert {page.path for page in pages if page.role is Access.ANYONE} == {"/sign-in"}


async def test_an_admin_sees_delivery_and_an_agent_does_not(opens: Opens) -> None:
    assert "Viss ir piegādāts" in await (await opens("ada")).text("/delivery")
    assert (await (await opens("otto")).get("/delivery")).status == 403
