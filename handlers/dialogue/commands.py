"""Slash commands, and the same wishes in words: language, lines, privacy, forgetting; pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from handlers.model.actions import Action, Ask, Forget, Say
from handlers.model.context import Ruling, Situation
from handlers.model.messages import Option
from handlers.model.session import Asked, Session
from kb.model import LANGUAGES, Language

LANGUAGE_NAMES: Final[Mapping[Language, str]] = {"lv": "Latviešu", "ru": "Русский", "en": "English"}


def commands(situation: Situation) -> Ruling | None:
    """/start, /help and the like; who writes an unknown one is told where the known ones stand."""
    text = situation.text
    if not text.startswith("/") or not text[1:2].isalpha():
        return None
    name = text[1:].split(maxsplit=1)[0].split("@")[0].casefold()
    return _COMMANDS.get(name, _unknown)(situation)


def language_wish(situation: Situation) -> Ruling | None:
    """ "English, please", said in any language."""
    wished = next((known for known in LANGUAGES if situation.cue == f"language_{known}"), None)
    return None if wished is None else speak(situation, wished)


def speak(situation: Situation, language: Language) -> Ruling:
    """From now on in this language, whatever the messages are written in; the last answer is said again in it."""
    there = replace(situation, language=language)
    last = situation.knowledge.base.entries.get(situation.session.entry) if situation.session.entry else None
    actions = (there.say("language_set"), *((there.tell(last),) if last else ()))
    return _done(actions, replace(situation.settled, language=language, language_chosen=True))


def cancel(situation: Situation) -> Ruling:
    """Drops the open question and the topic."""
    return _done((situation.say("cancelled"),), replace(situation.settled, entry=None, line=None, ticket_requests=0))


def _start(situation: Situation) -> Ruling:
    return _topics(situation, "start")


def _help(situation: Situation) -> Ruling:
    return _topics(situation, "help")


def _topics(situation: Situation, key: str) -> Ruling:
    options = situation.topic_options(situation.knowledge.base.directory.topics)
    ask = Ask(text=situation.phrase(key), options=options)
    return _done((ask,), replace(situation.settled, question=situation.question(Asked.TOPIC, options)))


def _language(situation: Situation) -> Ruling:
    options = tuple(Option(id=f"language:{language}", title=name) for language, name in LANGUAGE_NAMES.items())
    ask = Ask(text=situation.phrase("choose_language"), options=options)
    return _done((ask,), replace(situation.settled, question=situation.question(Asked.LANGUAGE, options)))


def _lines(situation: Situation) -> Ruling:
    return _done((situation.say("lines"), *situation.show_lines()), situation.settled)


def _privacy(situation: Situation) -> Ruling:
    return _done((situation.say("privacy"),), situation.settled)


def _forget(situation: Situation) -> Ruling:
    kept = Session(language=situation.session.language, language_chosen=situation.session.language_chosen)
    return _done((Forget(), Say(text=situation.phrase("forgotten"))), kept)


def _unknown(situation: Situation) -> Ruling:
    return _done((situation.say("unknown_command"),), situation.settled)


def _done(actions: tuple[Action, ...], session: Session) -> Ruling:
    return Ruling(actions=actions, session=session, act="talk")


_COMMANDS: Final[Mapping[str, Callable[[Situation], Ruling]]] = {
    "start": _start,
    "help": _help,
    "language": _language,
    "settings": _language,
    "lines": _lines,
    "privacy": _privacy,
    "forget": _forget,
    "cancel": cancel,
}
