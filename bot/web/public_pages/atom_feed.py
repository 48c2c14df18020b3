"""News as an Atom feed (RFC 4287): pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from handlers.model.announcements import News
from kb.model import Language

NO_NEWS_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""When a feed without entries last changed: a feed must say."""


def atom_feed(news: Sequence[News], language: Language, *, title: str, author: str, page: str) -> str:
    """The feed; `page` is the address where the same stands to read, and each entry a place in it."""
    updated = max((each.published_at for each in news), default=NO_NEWS_AT)
    head = (
        f"<id>{escape(page)}</id>",
        f"<title>{escape(title)}</title>",
        f"<updated>{updated.isoformat()}</updated>",
        f"<author><name>{escape(author)}</name></author>",
        f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>',
        f'<link rel="self" type="application/atom+xml" href={quoteattr(page + "feed.atom")}/>',
    )
    entries = (line for each in news for line in _entry(each, language, page))
    lines = "\n".join((*head, *entries))
    namespace = 'xmlns="http://www.w3.org/2005/Atom"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<feed {namespace} xml:lang="{language}">\n{lines}\n</feed>\n'


def _entry(news: News, language: Language, page: str) -> Iterator[str]:
    address = f"{page}#news-{news.id}"
    yield "<entry>"
    yield f"<id>{escape(address)}</id>"
    yield f"<title>{escape(news.headline(language))}</title>"
    yield f"<updated>{news.published_at.isoformat()}</updated>"
    yield f'<link rel="alternate" type="text/html" href={quoteattr(address)}/>'
    yield f'<content type="text">{escape(news.text[language])}</content>'
    yield "</entry>"
