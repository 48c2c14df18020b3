"""Which of the bot's own sentences the content leaves in English, and which of its sentences the bot has no use for."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

import yaml

from kb.model import LANGUAGES, KnowledgeBase

FALLBACK: Final = "en"
_FOLDERS: Final[Mapping[str, str]] = {
    "chat": "handlers/texts",
    "page": "bot/channels/webchat/texts",
    "terminal": "bot/channels/terminal/texts",
    "draft": "bot/web/email_draft/texts",
    "help": "bot/web/public_pages/texts",
    "not_found": "bot/web/texts_not_found",
    "notify": "bot/notify/texts",
    "sheet": "bot/customers/sheet/texts",
}
"""Where the sentences of each section lie; those of Telegram stand in one file with its commands."""


def text_warnings(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Each as "texts/de.yaml: section: what is odd: what to do"."""
    return tuple(_text_warnings(knowledge, shipped_sections()))


def shipped_sections() -> Mapping[str, Mapping[str, str]]:
    """The sentences that ship in English, by section and key."""
    telegram = dict(_read("bot/channels/telegram/texts"))
    commands = telegram.pop("commands")
    return {section: _read(folder) for section, folder in _FOLDERS.items()} | {
        "telegram": telegram,
        "commands": commands,
    }


def _read(folder: str) -> Mapping[str, Any]:
    package, _, below = folder.partition("/")
    text = files(package).joinpath(below, f"{FALLBACK}.yaml").read_text("utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


def _text_warnings(knowledge: KnowledgeBase, shipped: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for language in knowledge.languages:
        own = knowledge.texts.get(language, {})
        for section, words in shipped.items():
            worded = own.get(section, {})
            if unknown := sorted(worded.keys() - words.keys()):
                names = ", ".join(unknown)
                yield f"texts/{language}.yaml: {section}: {names}: the bot has no such sentence: correct or remove it"
            missing = [key for key in words if key not in worded]
            if language not in LANGUAGES and missing:
                names = ", ".join(missing)
                yield f"texts/{language}.yaml: {section}: {names}: said in English: add them"
