"""What the pages for everybody share: templates, texts, static files, and addresses in every language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.web import Assets, negotiate_language, read_texts, security_headers
from bot.web.links import TextSpan, text_spans
from bot.web.outage_banners import no_banners
from bot.web.public_pages.cached_response import CACHE_SECONDS, cached_response
from handlers.model.phrases import Texts, in_words_of
from kb.model import KnowledgeBase, Language

LANGUAGE_PATH: Final = "{language:[a-z]{2}}"
"""Of these the pages have the languages of the content; see `PublicLayout.speaks`."""

_HERE: Final = Path(__file__).parent

Address = Callable[[Language], str]
"""The path of a page in a language."""


class PublicLayout:
    """Renders a page in a language; canonical addresses stand in it where `public_url` is known."""

    def __init__(
        self,
        base: Callable[[], KnowledgeBase],
        public_url: str | None,
        banners: Callable[[Language], Sequence[str]] = no_banners,
    ) -> None:
        """`base` and `banners` are called for each page: knowledge and outages may change while the program runs."""
        self._banners = banners
        self._base, self.public_url = base, public_url
        self._shipped_texts = read_texts(_HERE / "texts")
        self._assets = Assets("/help/static", _HERE / "static")
        loader = FileSystemLoader(_HERE / "templates")
        self._environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        self._environment.globals.update(asset=self._assets.url, spans=text_spans, format_date=format_date)

    def routes(self) -> Iterable[web.RouteDef]:
        """GET of the static files."""
        return self._assets.routes()

    def url(self, path: str) -> str | None:
        """The canonical address of a path."""
        return None if self.public_url is None else f"{self.public_url}{path}"

    def render(self, template: str, language: Language, address: Address | None, **values: object) -> str:
        """The page; one without an `address` of its own is not for search engines."""
        directory, texts = self._base().directory, self.texts
        return self._environment.get_template(template).render(
            language=language,
            languages=self.languages,
            texts=texts[language],
            all_texts={**self._shipped_texts, **texts},
            company=directory.company,
            urgent=self._urgent(language),
            banners=self._banners(language),
            address=address,
            public_url=self.public_url,
            **values,
        )

    @property
    def texts(self) -> Texts:
        """The words of the pages as the content has them."""
        return in_words_of(self._base(), self._shipped_texts, "help")

    @property
    def languages(self) -> tuple[Language, ...]:
        """Those of the content: each page is there in all of them."""
        return self._base().languages

    def speaks(self, request: web.Request) -> bool:
        """Whether the page is there in the language that its path names, if it names one."""
        return request.match_info.get("language", self.languages[0]) in self.languages

    def language_of(self, request: web.Request) -> Language:
        """The language in the path, else the one that the browser wishes."""
        accepted = request.headers.get("Accept-Language")
        return negotiate_language(
            request.match_info.get("language"), accept_language=accepted, languages=self.languages
        )

    @property
    def company(self) -> str:
        """Whose pages these are."""
        return self._base().directory.company

    def respond(
        self, request: web.Request, language: Language, page: str, *, seconds: int = CACHE_SECONDS
    ) -> web.Response:
        """The page as an answer that may be cached for so long."""
        # An address that names no language speaks that of the browser.
        varies = {} if "language" in request.match_info else {"Vary": "Accept-Language"}
        return cached_response(request, page, "text/html", {**page_headers(language), **varies}, seconds=seconds)

    def _urgent(self, language: Language) -> tuple[TextSpan, ...]:
        directory = self._base().directory
        line = directory.lines[directory.urgent_line]
        sentence = self.texts[language]["urgent"]
        return text_spans(sentence.format(phone=line.formatted_phone, name=line.name[language]))


def format_date(day: date, language: Language) -> str:
    """A day as the language writes it."""
    if language == "en":
        return day.isoformat()
    return f"{day:%d.%m.%Y}" + ("." if language == "lv" else "")


def page_headers(language: Language) -> Mapping[str, str]:
    """Those of every page for everybody: its search connects and posts to us alone."""
    return {**security_headers(connect="'self'", form="'self'"), "Content-Language": language}
