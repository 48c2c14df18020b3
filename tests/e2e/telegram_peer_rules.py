"""What the Bot API allows: checks requests, and our own updates, against shared/specs/telegram-bot-api.json."""

import html
import json
import re
from pathlib import Path
from typing import Any

from tests.shared import SHARED

SPEC = SHARED / "specs" / "telegram-bot-api.json"

Json = dict[str, Any]

_ACTIONS = """typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker
find_location record_video_note upload_video_note""".split()
_TAGS = set("b strong i em u ins s strike del a code pre blockquote tg-spoiler tg-emoji span".split())
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z-]+)(?:\s+href=\"(?P<href>[^\"<>]*)\")?\s*>")
_BUTTON_DOES = set(
    """url callback_data web_app login_url switch_inline_query switch_inline_query_current_chat
    switch_inline_query_chosen_chat copy_text callback_game pay""".split()
)


class MisuseError(Exception):
    """The Bot API would answer 400 to this, or our own rules forbid it."""


class Rules:
    """The Bot API as data."""

    def __init__(self, file: Path = SPEC) -> None:
        spec = json.loads(file.read_text("utf-8"))
        self.methods: dict[str, Json] = spec["methods"]
        self.types: dict[str, Json] = spec["types"]

    def request(self, method: str, given: Json) -> Json:
        """The fields of a call, each as its type; form fields come as strings, as they do to the real server."""
        if method not in self.methods:
            raise MisuseError(f"method {method} not found")
        fields = {field["name"]: field for field in self.methods[method].get("fields", ())}
        unknown, missing = given.keys() - fields.keys(), {name for name in fields if fields[name]["required"]}
        if unknown:
            raise MisuseError(f"{method}: unknown {sorted(unknown)}")
        if missing - given.keys():
            raise MisuseError(f"{method}: missing {sorted(missing - given.keys())}")
        read = {name: self._field(f"{method}.{name}", value, fields[name]["types"]) for name, value in given.items()}
        _limits(method, read)
        return read

    def value(self, place: str, value: Any, name: str) -> None:
        """Raises MisuseError unless `value` is a `name` of the Bot API."""
        plain: dict[str, tuple[type, ...]] = {
            "Integer": (int,),
            "Float": (int, float),
            "Boolean": (bool,),
            "String": (str,),
        }
        if name.startswith("Array of "):
            _must(isinstance(value, list), f"{place}: a list is needed")
            for number, item in enumerate(value):
                self.value(f"{place}[{number}]", item, name.removeprefix("Array of "))
        elif name in plain:
            fits = isinstance(value, plain[name]) and (name == "Boolean" or not isinstance(value, bool))
            _must(fits, f"{place}: {name} is needed, not {type(value).__name__}")
        elif "subtypes" in self.types[name]:
            self._any(place, value, self.types[name]["subtypes"])
        else:
            self._object(place, value, self.types[name].get("fields", ()))

    def _object(self, place: str, value: Any, fields: list[Json]) -> None:
        _must(isinstance(value, dict), f"{place}: an object is needed")
        known = {field["name"]: field for field in fields}
        _must(value.keys() <= known.keys(), f"{place}: unknown {sorted(value.keys() - known.keys())}")
        for name, field in known.items():
            if name in value:
                self._any(f"{place}.{name}", value[name], field["types"])
            else:
                _must(not field["required"], f"{place}: missing {name}")

    def _any(self, place: str, value: Any, names: list[str]) -> None:
        problems = []
        for name in names:
            try:
                return self.value(place, value, name)
            except MisuseError as exc:
                problems.append(str(exc))
        raise MisuseError("; or ".join(problems))

    def _field(self, place: str, value: Any, names: list[str]) -> Any:
        candidates = [value]
        if isinstance(value, str) and names != ["String"]:
            try:
                candidates.insert(0, json.loads(value))
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


def units(text: str) -> int:
    """UTF-16 units: what offsets count."""
    return len(text.encode("utf-16-le")) // 2


def _must(fits: bool, problem: str) -> None:
    if not fits:
        raise MisuseError(problem)


def _limits(method: str, given: Json) -> None:
    if method in ("sendMessage", "editMessageText"):
        _text(given)
    for row in given.get("reply_markup", {}).get("inline_keyboard", ()):
        for button in row:
            _button(button)
    limits = {"answerCallbackQuery": ("text", 200), "setMyDescription": ("description", 512)}
    limits["setMyShortDescription"] = ("short_description", 120)
    field, longest = limits.get(method, ("", 0))
    _must(len(given.get(field, "")) <= longest or not field, f"{method}.{field} is too long")
    checks = {"setMyCommands": _commands, "setWebhook": _webhook, "deleteWebhook": _webhook, "getUpdates": _polling}
    if method in checks:
        checks[method](given)
    if method == "sendChatAction":
        _must(given["action"] in _ACTIONS, "wrong parameter action in request")


def _text(given: Json) -> None:
    mode = given.get("parse_mode")
    _must(mode in (None, "HTML"), "this peer reads HTML only")
    _must(mode is None or "entities" not in given, "parse_mode and entities exclude each other")
    plain = parsed(given["text"])[0] if mode else given["text"]
    _must(bool(plain.strip()), "message text is empty")
    _must(units(plain.strip()) <= 4096, "message is too long")


def _button(button: Json) -> None:
    _must(bool(button["text"].strip()), "text buttons are unallowed to be empty")
    _must(len(button.keys() & _BUTTON_DOES) == 1, "a button must do exactly one thing")
    if "callback_data" in button:
        _must(1 <= len(button["callback_data"].encode()) <= 64, "BUTTON_DATA_INVALID")
    if "url" in button:
        _must(button["url"].startswith(("http://", "https://", "tg://")), "BUTTON_URL_INVALID")


def _commands(given: Json) -> None:
    _must(len(given["commands"]) <= 100, "BOT_COMMANDS_TOO_MUCH")
    for command in given["commands"]:
        _must(re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) is not None, "BOT_COMMAND_INVALID")
        _must(1 <= len(command["description"]) <= 256, "BOT_COMMAND_DESCRIPTION_INVALID")
    _must(re.fullmatch(r"([a-z]{2})?", given.get("language_code", "")) is not None, "invalid language code")


def _webhook(given: Json) -> None:
    _must(not given.get("drop_pending_updates"), "drop_pending_updates throws people's messages away")
    secret = given.get("secret_token", "x")
    _must(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret) is not None, "secret token contains unallowed characters")
    if "url" in given:
        _must(given["url"].startswith(("http://", "https://")), "bad webhook: invalid URL")
        _must("allowed_updates" in given, "allowed_updates must be given")


def _polling(given: Json) -> None:
    _must(1 <= given.get("limit", 100) <= 100, "limit must be 1 to 100")
    _must("allowed_updates" in given, "allowed_updates must be given")
