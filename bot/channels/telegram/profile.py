"""Publishes the bot's commands and descriptions in every language, from texts/."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import yaml
from telegram import BotCommand

from bot.channels.telegram.api.client import BotApi
from handlers.model.phrases import in_words_of
from kb.model import LANGUAGES, KnowledgeBase, Language

MAX_DESCRIPTION: Final = 512
MAX_SHORT_DESCRIPTION: Final = 120
"""Characters that Telegram allows."""


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


def profiles_of(base: KnowledgeBase | None) -> Mapping[Language, BotProfile]:
    """The profile in each language of the content, as the content words it; as shipped where there is none."""
    shipped = {language: read_profile(language) for language in LANGUAGES}
    if base is None:
        return shipped
    words = {
        language: {"description": profile.description, "short_description": profile.short_description}
        for language, profile in shipped.items()
    }
    commands = {language: profile.commands for language, profile in shipped.items()}
    described, named = in_words_of(base, words, "telegram"), in_words_of(base, commands, "commands")
    return {
        language: BotProfile(
            description=described[language]["description"][:MAX_DESCRIPTION],
            short_description=described[language]["short_description"][:MAX_SHORT_DESCRIPTION],
            commands=_offered(named[language], base),
        )
        for language in base.languages
    }


def _offered(commands: Mapping[str, str], base: KnowledgeBase) -> Mapping[str, str]:
    """Without the choice of a language where there is one."""
    return {name: text for name, text in commands.items() if name != "language" or len(base.languages) > 1}


async def publish_profile(api: BotApi, base: KnowledgeBase | None = None) -> None:
    """Publish the profile, in every language and as the default.

    Only differences are set: Telegram throttles bots that set these at each start.

    Raises:
        TelegramError: some may be set, and some not.
    """
    profiles = profiles_of(base)
    for code, wanted in (("", next(iter(profiles.values()))), *profiles.items()):
        commands = [BotCommand(command, text) for command, text in wanted.commands.items()]
        if list(await api.get_my_commands(language_code=code)) != commands:
            await api.set_my_commands(commands, language_code=code)
        if (await api.get_my_description(language_code=code)).description != wanted.description:
            await api.set_my_description(wanted.description, language_code=code)
        if (await api.get_my_short_description(language_code=code)).short_description != wanted.short_description:
            await api.set_my_short_description(wanted.short_description, language_code=code)
