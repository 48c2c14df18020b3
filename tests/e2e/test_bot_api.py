"""tests/data/telegram-methods.yaml says of the Bot API what the installed python-telegram-bot says of it."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
import telegram
from telegram import constants

from tests.e2e.bot_api import Field, Fields, bot_api
from tests.shared import SHARED

SPEC: Final = SHARED / "specs" / "telegram-bot-api.json"
"""The whole Bot API as data; it is not part of this repository."""

ANNOTATED: Final[Mapping[str, str]] = {
    "Integer": r"\bint\b|\bdatetime\b",
    "Float": r"\bfloat\b",
    "Boolean": r"\bbool\b",
    "String": r"\bstr\b",
    "InlineKeyboardMarkup": r"\bInlineKeyboardMarkup\b|\bReplyMarkup\b",
}
"""How python-telegram-bot annotates a type; any other type by its own name."""
NAMED: Final[Mapping[str, str]] = {"from": "from_user"}
"""Fields that python-telegram-bot names otherwise."""
SET_BY_LIBRARY: Final = {"InaccessibleMessage.date"}
"""Fields that python-telegram-bot fills in itself: this one is always 0."""
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "sendMessage.text.length": (constants.MessageLimit.MIN_TEXT_LENGTH, constants.MessageLimit.MAX_TEXT_LENGTH),
    "editMessageText.text.length": (constants.MessageLimit.MIN_TEXT_LENGTH, constants.MessageLimit.MAX_TEXT_LENGTH),
    "answerCallbackQuery.text.length": (0, constants.CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH),
    "getUpdates.limit.values": (constants.PollingLimit.MIN_LIMIT, constants.PollingLimit.MAX_LIMIT),
    "setWebhook.secret_token.length": (
        constants.WebhookLimit.MIN_SECRET_TOKEN_LENGTH,
        constants.WebhookLimit.MAX_SECRET_TOKEN_LENGTH,
    ),
    "setMyCommands.commands.items": (0, constants.BotCommandLimit.MAX_COMMAND_NUMBER),
    "setMyDescription.description.length": (0, constants.BotDescriptionLimit.MAX_DESCRIPTION_LENGTH),
    "setMyShortDescription.short_description.length": (0, constants.BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH),
    "BotCommand.command.length": (constants.BotCommandLimit.MIN_COMMAND, constants.BotCommandLimit.MAX_COMMAND),
    "BotCommand.description.length": (
        constants.BotCommandLimit.MIN_DESCRIPTION,
        constants.BotCommandLimit.MAX_DESCRIPTION,
    ),
    "InlineKeyboardButton.callback_data.bytes": (
        constants.InlineKeyboardButtonLimit.MIN_CALLBACK_DATA,
        constants.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA,
    ),
    "CallbackQuery.data.bytes": (
        constants.InlineKeyboardButtonLimit.MIN_CALLBACK_DATA,
        constants.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA,
    ),
}
OBJECTS: Final = {name: fields for name, fields in bot_api().types.items() if not isinstance(fields, tuple)}
"""The types that have fields."""


def _fields() -> Iterator[tuple[str, Field]]:
    for name, fields in (*bot_api().methods.items(), *OBJECTS.items()):
        yield from ((f"{name}.{field}", known) for field, known in fields.items())


def _parameters(callable_: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(callable_).parameters


def _differences(name: str, fields: Fields, parameters: Mapping[str, inspect.Parameter]) -> Iterator[str]:
    for field, known in fields.items():
        if f"{name}.{field}" in SET_BY_LIBRARY:
            continue
        parameter = parameters.get(NAMED.get(field, field))
        if parameter is None:
            yield f"{name}.{field} is not known to python-telegram-bot"
            continue
        required = parameter.default is inspect.Parameter.empty
        if required != known.required:
            yield f"{name}.{field} is {'' if required else 'not '}required"
        for kind in known.types:
            plain = kind.removeprefix("Array of ").removeprefix("Array of ")
            if not re.search(ANNOTATED.get(plain, rf"\b{plain}\b"), str(parameter.annotation)):
                yield f"{name}.{field} is {parameter.annotation}, not {kind}"
            if kind.startswith("Array of ") != ("Sequence" in str(parameter.annotation)):
                yield f"{name}.{field} is {parameter.annotation}, not {kind}"


@pytest.mark.parametrize("method", bot_api().methods)
def test_a_method_has_the_fields_of_the_library(method: str) -> None:
    call = getattr(telegram.Bot, re.sub("([A-Z])", r"_\1", method).lower())
    fields, parameters = bot_api().methods[method], _parameters(call)
    assert not list(_differences(method, fields, parameters))
    required = {name for name, each in parameters.items() if each.default is inspect.Parameter.empty}
    assert required - {"self"} <= fields.keys()


@pytest.mark.parametrize("name", OBJECTS)
def test_a_type_has_the_fields_of_the_library(name: str) -> None:
    parameters = _parameters(getattr(telegram, name))
    assert not list(_differences(name, OBJECTS[name], parameters))
    required = {each.name for each in parameters.values() if each.default is inspect.Parameter.empty}
    assert required <= {NAMED.get(field, field) for field in OBJECTS[name]}


def test_a_type_that_stands_for_others_is_their_base_in_the_library() -> None:
    for name, known in bot_api().types.items():
        if isinstance(known, tuple):
            assert all(issubclass(getattr(telegram, one), getattr(telegram, name)) for one in known)


def test_limits_are_those_of_the_library() -> None:
    ours = {
        f"{place}.{kind}": limit
        for place, field in _fields()
        for kind in ("length", "bytes", "values", "items")
        if (limit := getattr(field, kind)) is not None
    }
    assert ours == {place: tuple(map(int, limit)) for place, limit in LIMITS.items()}


def test_named_values_are_those_of_the_library() -> None:
    assert set(bot_api().methods["sendChatAction"]["action"].one_of) == set(constants.ChatAction)
    assert set(bot_api().methods["sendMessage"]["parse_mode"].one_of) <= set(constants.ParseMode)
    assert {str(kind) for kind in constants.ChatType} - {"sender"} == set(OBJECTS["Chat"]["type"].one_of)


def test_every_type_that_a_field_names_stands_in_the_file() -> None:
    named = {kind.removeprefix("Array of ").removeprefix("Array of ") for _, field in _fields() for kind in field.types}
    assert named - {"Integer", "Float", "Boolean", "String"} <= bot_api().types.keys()


def _disagreements(name: str, fields: Fields, full: Mapping[str, Any]) -> Iterator[str]:
    known = {field["name"]: field for field in full.get("fields", ())}
    yield from (f"{name}.{field} does not exist" for field in fields.keys() - known.keys())
    for field, whole in known.items():
        if field not in fields:
            if whole["required"]:
                yield f"{name}.{field} is required and missing"
        elif not set(fields[field].types) <= set(whole["types"]):
            yield f"{name}.{field} is {whole['types']}, not {fields[field].types}"
        elif whole["required"] and not fields[field].required:
            yield f"{name}.{field} is required"


@pytest.mark.skipif(not SPEC.is_file(), reason="the whole Bot API as data does not lie beside this repository")
def test_the_whole_bot_api_agrees() -> None:
    full = json.loads(SPEC.read_text("utf-8"))
    told = [
        *(
            told
            for name, fields in bot_api().methods.items()
            for told in _disagreements(name, fields, full["methods"][name])
        ),
        *(told for name, fields in OBJECTS.items() for told in _disagreements(name, fields, full["types"][name])),
    ]
    assert not told
    for name, known in bot_api().types.items():
        if isinstance(known, tuple):
            assert list(known) == full["types"][name]["subtypes"]
