"""A request to a page of the console: who asks, in which language, and the responses."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web
from aiohttp_session import Session

from bot.console.framework.upload import UploadedFile
from kb.model import Language
from storage.helpdesk.queue import WaitingHandoff
from storage.helpdesk.sign_in.agents import Agent

_CONVERSATION_PAGE: Final = re.compile(r"/talks/[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class ConsoleRequest:
    """The request. `form` holds the sent fields, and is empty for GET; `upload` is its file, on pages that take one."""

    http_request: web.Request
    session: Session
    signed_in_agent: Agent | None
    language: Language
    texts: Mapping[str, str]
    section_name: str
    form: Mapping[str, str]
    context: Callable[["ConsoleRequest"], Mapping[str, Any]]
    now: datetime
    zone: tzinfo
    """The time zone of the installation."""
    waiting: tuple[WaitingHandoff, ...] = ()
    """The hand-offs that nobody has taken."""
    upload: UploadedFile | None = None

    @property
    def agent(self) -> Agent:
        """The signed-in agent, on pages for agents only."""
        if self.signed_in_agent is None:
            raise web.HTTPForbidden
        return self.signed_in_agent

    @property
    def is_htmx(self) -> bool:
        """Whether htmx asks: it needs <main> alone."""
        return self.http_request.headers.get("HX-Request") == "true"

    def field(self, name: str) -> str:
        """A stripped field of the form; empty if missing."""
        return self.form.get(name, "").strip()

    def path_number(self, name: str) -> int:
        """A number of the path.

        Raises:
            HTTPNotFound: no row can have it.
        """
        text = self.http_request.match_info[name]
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise web.HTTPNotFound
        return int(text)

    def return_path(self, default: str) -> str:
        """The page that the form names as the one to return to, if it is one of a conversation; else `default`."""
        back = self.field("back")
        return back if _CONVERSATION_PAGE.fullmatch(back) else default

    def render(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """The page: whole, or for htmx <main> alone."""
        context = {**self.context(self), **values, "layout": "bare.html" if self.is_htmx else "base.html"}
        response = aiohttp_jinja2.render_template(template, self.http_request, context, status=status)
        response.headers["Content-Language"] = self.language
        response.headers["Vary"] = "HX-Request"
        return response

    def redirect(self, path: str = "/") -> web.Response:
        """Redirect to another page of the console; htmx follows it too."""
        return web.Response(status=303, headers={"Location": f"/console{path}"})

    def flash(self, key: str, **names: str) -> None:
        """Show a text of this section at the head of the next page."""
        self.session["said"] = self.texts[key].format(**names)
