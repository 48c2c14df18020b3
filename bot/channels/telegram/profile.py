"""Publishes the bot's commands and descriptions in every language, from texts/."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import yaml
from telegram import BotCommand

from bot.channels.telegram.api.client import BotApi
from handlers.model.session import DEFAULT_LANGUAGE
from kb.model import LANGUAGES, Language


@dataclass(frozen=True, kw_only=True)
class BotProfile:
    """The profile in one language; Telegram allows 512 characters of description, 120 of short description, 256 a
    command."""

    description: str
    short_description: str
    commands: Mapping[str, str]


def read_profile(language: Language) -> BotProfile:
    """The profile in `language`."""
    file = files(__package__) / "texts" / f"{language}.yaml"
    return BotProfile(**yaml.safe_load(file.read_text("utf-8")))


async def publish_profile(api: BotApi) -> None:
    """Publish the profile, in every language and as the default.

    Only differences are set: Telegram throttles bots that set these at each start.

    Raises:
        TelegramError: some may be set, and some not.
    """
    for code, language in (("", DEFAULT_LANGUAGE), *((language, language) for language in LANGUAGES)):
        wanted = read_profile(language)
        commands = [BotCommand(command, text) for command, text in wanted.commands.items()]
        if list(await api.get_my_commands(language_code=code)) != commands:
            await api.set_my_commands(commands, language_code=code)
        if (await api.get_my_description(language_code=code)).description != wanted.description:
            await api.set_my_description(wanted.description, language_code=code)
        if (await api.get_my_short_description(language_code=code)).short_description != wanted.short_description:
            await api.set_my_short_description(wanted.short_description, language_code=code)
