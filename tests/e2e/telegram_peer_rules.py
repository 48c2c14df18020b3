"""What the Bot API allows: checks requests, and our own updates, against tests/data/telegram-methods.yaml."""

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tests.e2e.bot_api import Field, Fields, bot_api, units

Json = dict[str, Any]

_PLAIN: Final[Mapping[str, tuple[type, ...]]] = {
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
    "String": (str,),
}
_TAGS = set("b strong i em u ins s strike del a code pre blockquote tg-spoiler tg-emoji span".split())
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z-]+)(?:\s+href=\"(?P<href>[^\"<>]*)\")?\s*>")


class MisuseError(Exception):
    """The Bot API would answer 400 to this, or our own rules forbid it."""


class Rules:
    """The Bot API as data, as far as this program uses it."""

    def __init__(self) -> None:
        self.methods, self.types = bot_api().methods, bot_api().types

    def request(self, method: str, given: Json) -> Json:
        """The fields of a call, each as its type; form fields come as strings, as they do to the real server."""
        if method not in self.methods:
            raise MisuseError(f"method {method} not found in tests/data/telegram-methods.yaml")
        fields = self.methods[method]
        _complete(method, given, fields)
        read = {name: self._field(f"{method}.{name}", value, fields[name].types) for name, value in given.items()}
        for name, value in _without_markup(read).items():
            _limits(f"{method}.{name}", value, fields[name])
        if method in _HABITS:
            _HABITS[method](read)
        return read

    def value(self, place: str, value: Any, name: str) -> None:
        """Raises MisuseError unless `value` is a `name` of the Bot API."""
        if name.startswith("Array of "):
            _must(isinstance(value, list), f"{place}: a list is needed")
            for number, item in enumerate(value):
                self.value(f"{place}[{number}]", item, name.removeprefix("Array of "))
        elif name in _PLAIN:
            fits = isinstance(value, _PLAIN[name]) and (name == "Boolean" or not isinstance(value, bool))
            _must(fits, f"{place}: {name} is needed, not {type(value).__name__}")
        elif isinstance(known := self.types[name], tuple):
            self._any(place, value, known)
        else:
            self._object(place, value, known)
            if name == "InlineKeyboardButton":
                _must(len(value.keys() - {"text"}) == 1, "a button must do exactly one thing")

    def _object(self, place: str, value: Any, fields: Fields) -> None:
        _must(isinstance(value, dict), f"{place}: an object is needed")
        _complete(place, value, fields)
        for name, part in value.items():
            self._any(f"{place}.{name}", part, fields[name].types)
            _limits(f"{place}.{name}", part, fields[name])

    def _any(self, place: str, value: Any, names: Sequence[str]) -> None:
        problems = []
        for name in names:
            try:
                return self.value(place, value, name)
            except MisuseError as exc:
                problems.append(str(exc))
        raise MisuseError("; or ".join(problems))

    def _field(self, place: str, value: Any, names: Sequence[str]) -> Any:
        candidates = [value]
        if isinstance(value, str) and tuple(names) != ("String",):
            try:
                candidates = [json.loads(value), *(candidates if "String" in names else ())]
            except ValueError:
                _must("String" in names, f"{place}: this is not JSON: {value!r}")
        for candidate in candidates:
            try:
                self._any(place, candidate, names)
            except MisuseError:
                if candidate is candidates[-1]:
                    raise
            else:
                return candidate
        return None


def parsed(text: str) -> tuple[str, list[Json]]:
    """A text in HTML as Telegram reads it: plain, and its links as entities.

    Raises:
        MisuseError: can't parse entities.
    """
    plain, entities, stack, place = "", list[Json](), list[tuple[str, int, str | None]](), 0
    while place < len(text):
        if text[place] != "<":
            end = text.find("<", place) if "<" in text[place:] else len(text)
            plain += html.unescape(text[place:end])
            place = end
            continue
        tag = _TAG.match(text, place)
        if tag is None or tag["name"] not in _TAGS:
            raise MisuseError(f"can't parse entities: unsupported start tag at byte offset {place}")
        place = tag.end()
        if not tag["end"]:
            stack.append((tag["name"], units(plain), tag["href"]))
            continue
        if not stack or stack[-1][0] != tag["name"]:
            raise MisuseError(f"can't parse entities: unexpected end tag at byte offset {place}")
        name, start, href = stack.pop()
        if name == "a" and href:
            link = {"type": "text_link", "offset": start, "length": units(plain) - start, "url": html.unescape(href)}
            entities.append(link)
    _must(not stack, "can't parse entities: can't find end tag")
    return plain, entities


def _must(fits: bool, problem: str) -> None:
    if not fits:
        raise MisuseError(problem)


def _complete(place: str, given: Json, fields: Fields) -> None:
    """All that is given is known, and all that is required is given."""
    unknown = sorted(given.keys() - fields.keys())
    _must(not unknown, f"{place}: unknown {unknown}: telegram-methods.yaml does not have it")
    missing = sorted(name for name, field in fields.items() if field.required and name not in given)
    _must(not missing, f"{place}: missing {missing}")


def _limits(place: str, value: Any, field: Field) -> None:
    problem = field.problem(value)
    _must(problem is None, f"{place}: {problem}")


def _without_markup(given: Json) -> Json:
    """The fields as they are measured: a text as it is read, without tags and outer spaces."""
    if "text" not in given:
        return given
    _must("parse_mode" not in given or "entities" not in given, "parse_mode and entities exclude each other")
    plain = parsed(given["text"])[0] if "parse_mode" in given else given["text"]
    return given | {"text": plain.strip()}


def _asks_for_kinds(given: Json) -> None:
    _must("allowed_updates" in given, "allowed_updates must be given")


def _keeps_messages(given: Json) -> None:
    _must(not given.get("drop_pending_updates"), "drop_pending_updates throws people's messages away")


def _sets_webhook(given: Json) -> None:
    _keeps_messages(given)
    _asks_for_kinds(given)


_HABITS: Final[Mapping[str, Callable[[Json], None]]] = {
    "getUpdates": _asks_for_kinds,
    "setWebhook": _sets_webhook,
    "deleteWebhook": _keeps_messages,
}
"""What the Bot API would take, and this program must not do."""
