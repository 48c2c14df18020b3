"""Reads the articles of a help centre as JSON (Chatwoot's export and API), or a plain list of questions and answers."""

import json
from collections.abc import Mapping, Sequence

from bot.cli.kb.content_import.faq_item import FaqCollector, FaqFile, FaqText
from bot.cli.kb.content_import.html_text import emphasized, plain_text
from bot.cli.kb.content_import.markdown_faq import markdown_html


def read_articles(text: str) -> FaqFile:
    """The published articles; drafts and archived ones are left out."""
    collector = FaqCollector()
    try:
        data = json.loads(text)
    except ValueError as exc:
        number = getattr(exc, "lineno", 1)
        collector.problems.append(f"line {number}: not valid JSON: write a list of objects with question and answer")
        return collector.found()
    articles = _articles(data)
    if articles is None:
        collector.problems.append(
            "line 1: no list of articles: write objects with question and answer, or title and content"
        )
    for article in articles or ():
        if article.get("status", "published") in {"published", 1}:
            _add(article, text, collector)
    return collector.found()


def _articles(data: object) -> Sequence[Mapping[str, object]] | None:
    if isinstance(data, dict):
        data = next((data[key] for key in ("payload", "articles", "data", "faq") if key in data), None)
        if isinstance(data, dict):
            data = data.get("articles")
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else None


def _add(article: Mapping[str, object], text: str, collector: FaqCollector) -> None:
    asked = str(article.get("question") or article.get("title") or "")
    html = markdown_html(str(article.get("answer") or article.get("content") or article.get("description") or ""))
    category = article.get("category")
    found = FaqText(
        questions=(asked,),
        answer=plain_text(html),
        title=str(article.get("title") or "") if article.get("question") else "",
        section=str(category.get("name") or "") if isinstance(category, dict) else str(category or ""),
        emphasis=emphasized(html),
    )
    place = max(text.find(json.dumps(asked, ensure_ascii=False)), text.find(json.dumps(asked)), 0)
    collector.add(text.count("\n", 0, place) + 1, found, source=str(article.get("url") or ""))
