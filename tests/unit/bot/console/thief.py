"""What tests that break in need: cookies taken and put, and whether one is inside."""

from http import HTTPStatus

from yarl import URL

from tests.unit.bot.console.conftest import ConsoleBrowser

COOKIE = "paligs_console"


def cookie(browser: ConsoleBrowser) -> str:
    """What the browser keeps."""
    return browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/console/"))[COOKIE].value


def set_cookie(browser: ConsoleBrowser, value: str) -> None:
    """The browser sends this instead."""
    jar = browser.client.session.cookie_jar
    jar.clear()
    jar.update_cookies({COOKIE: value}, URL(browser.origin) / "console/")


async def is_sent_to_sign_in(browser: ConsoleBrowser) -> bool:
    """Whether the console sends them to sign in."""
    answer = await browser.get("/delivery", follow=False)
    return answer.status == HTTPStatus.SEE_OTHER and answer.headers["Location"] == "/console/sign-in"
