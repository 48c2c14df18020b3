"""Questions and answers that other programs export: FAQPage as JSON, Chatwoot's articles, Rasa's training data."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from bot.faq_import.articles import Article, FaqFileError
from bot.faq_import.pages import plain_text, read_faq_page, read_markdown

_EXAMPLE: Final = re.compile(r"^\s*-\s*(.+?)\s*$", re.MULTILINE)
_ENTITY: Final = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
"""Rasa's notation of an entity within an example: [tomorrow](time)."""


def read_json(data: Any) -> tuple[Article, ...]:
    """FAQPage data, a list of objects with question and answer, or the articles that Chatwoot's API lists."""
    if found := tuple(read_faq_page(data)):
        return found
    listed = data.get("payload", data.get("articles", data.get("items", ()))) if isinstance(data, Mapping) else data
    if not isinstance(listed, list):
        return ()
    numbered = ((number, one) for number, one in enumerate(listed, 1) if isinstance(one, Mapping))
    return tuple(_from_object(number, one) for number, one in numbered)


def _from_object(number: int, one: Mapping[str, Any]) -> Article:
    """An article of Chatwoot has a title and Markdown content; other lists have questions and answers."""
    content = str(one.get("content") or "")
    answer = one.get("answer") or _said_in(content) or one.get("description") or ""
    return Article(
        where=f"object {number}",
        question=str(one.get("question") or one.get("title") or ""),
        answer=plain_text(str(answer)) if "<" in str(answer) else str(answer).strip(),
        id=str(one["slug"]) if one.get("slug") else None,
        title=str(one["title"]) if one.get("title") and one.get("question") else None,
        questions=tuple(str(each) for each in one.get("questions") or ()),
        language=next((str(one[key])[:2].casefold() for key in ("language", "locale", "lang") if one.get(key)), None),
        hints=tuple(str(each) for each in (one.get("category"), one.get("description")) if isinstance(each, str)),
    )


def _said_in(markdown: str) -> str:
    """The text of an article: all of it, its headings among it."""
    if not markdown:
        return ""
    parts = read_markdown(f"# article\n\n{markdown}")
    lines = (line for part in parts for line in ((part.question if part.question != "article" else ""), part.answer))
    return "\n".join(filter(None, lines))


def read_rasa(text: str) -> tuple[Article, ...]:
    """The intents of Rasa's NLU data with the responses of their names: `faq/ask_hours` with `utter_faq/ask_hours`,
    `ask_hours` with `utter_ask_hours`.

    Raises:
        FaqFileError: it is no YAML.
    """
    try:
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as exc:
        message = "the file is no YAML: export Rasa's NLU data and responses into one file."
        raise FaqFileError(message) from exc
    if not isinstance(data, Mapping):
        return ()
    responses = data.get("responses") if isinstance(data.get("responses"), Mapping) else {}
    return tuple(_from_intents(data.get("nlu") or (), responses or {}))


def _from_intents(nlu: Any, responses: Mapping[str, Any]) -> Iterator[Article]:
    for block in nlu:
        if not isinstance(block, Mapping) or not block.get("intent"):
            continue
        intent = str(block["intent"])
        examples = [_ENTITY.sub(r"\1", one) for one in _EXAMPLE.findall(str(block.get("examples") or ""))]
        said = responses.get(f"utter_{intent}") or ()
        texts = [str(one["text"]) for one in said if isinstance(one, Mapping) and one.get("text")]
        yield Article(
            where=f"intent {intent}",
            question=examples[0] if examples else "",
            answer=texts[0] if texts else "",
            id=intent,
            questions=tuple(examples[1:]),
            hints=(intent.rsplit("/", maxsplit=1)[-1].replace("_", " "),),
        )
