"""One request to a page of the console: who asks, in which language, and how it is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aiohttp_jinja2
from aiohttp import web
from aiohttp_session import Session

from kb.model import Language
from storage.helpdesk.agents import Agent, Role

if TYPE_CHECKING:
    from bot.console.framework.routing import Section


@dataclass(frozen=True, kw_only=True)
class ConsoleRequest:
    """Who asks for what. `form` is what was sent, and empty for a page that is only shown."""

    http_request: web.Request
    session: Session
    signed_in_agent: Agent | None
    language: Language
    texts: Mapping[str, str]
    section: "Section"
    form: Mapping[str, str]
    context: Callable[["ConsoleRequest"], Mapping[str, Any]]
    now: datetime

    @property
    def agent(self) -> Agent:
        """Who asks, on pages that only agents may use."""
        if self.signed_in_agent is None:
            raise web.HTTPForbidden
        return self.signed_in_agent

    @property
    def is_admin(self) -> bool:
        """Whether an admin asks."""
        return self.signed_in_agent is not None and self.signed_in_agent.role is Role.ADMIN

    @property
    def is_htmx(self) -> bool:
        """Whether htmx asks: it needs what stands in <main>, without what is around it."""
        return self.http_request.headers.get("HX-Request") == "true"

    def field(self, name: str) -> str:
        """A field of the form, without blanks around it; empty where it is not there."""
        return self.form.get(name, "").strip()

    def path_number(self, name: str) -> int:
        """A number in the address.

        Raises:
            HTTPNotFound: it is none that a row could have.
        """
        text = self.http_request.match_info[name]
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise web.HTTPNotFound
        return int(text)

    def render(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """The page: whole, or for htmx what stands in <main>."""
        context = {**self.context(self), **values, "layout": "bare.html" if self.is_htmx else "base.html"}
        response = aiohttp_jinja2.render_template(template, self.http_request, context, status=status)
        response.headers["Content-Language"] = self.language
        response.headers["Vary"] = "HX-Request"
        return response

    def redirect(self, path: str = "/") -> web.Response:
        """On to another page of the console; htmx follows it too, and shows what it finds."""
        return web.Response(status=303, headers={"Location": f"/console{path}"})

    def flash(self, key: str, **names: str) -> None:
        """A sentence of this section's words, shown at the head of the next page."""
        self.session["said"] = self.texts[key].format(**names)
