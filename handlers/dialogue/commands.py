"""Slash commands, and the same wishes in words: language, lines, privacy, forgetting; pure."""

from collections.abc import Callable, Mapping
from typing import Final

from handlers.model.actions import Action, Ask, EraseUser, Say
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import Option
from handlers.model.session import QuestionKind, Session
from handlers.service.news import show_news
from handlers.service.venue import show_venue
from kb.model import DialogueAct, Language

LANGUAGE_NAMES: Final[Mapping[Language, str]] = {
    "lv": "Latviešu",
    "ru": "Русский",
    "en": "English",
    "lt": "Lietuvių",
    "et": "Eesti",
    "fi": "Suomi",
    "de": "Deutsch",
    "pl": "Polski",
    "uk": "Українська",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "sv": "Svenska",
    "da": "Dansk",
    "no": "Norsk",
    "nl": "Nederlands",
    "pt": "Português",
    "cs": "Čeština",
}
"""What speakers call their language; of others the code is shown."""


def handle_command(context: HandlerContext) -> HandlerResult | None:
    """/start, /help and the like; who writes an unknown one is told where the known ones stand."""
    text = context.text
    if not text.startswith("/") or not text[1:2].isalpha():
        return None
    name = text[1:].split(maxsplit=1)[0].split("@")[0].casefold()
    return _COMMANDS.get(name, _unknown_command)(context)


def switch_language_by_text(context: HandlerContext) -> HandlerResult | None:
    """ "English, please", said in any language, or another language named by who does not understand."""
    languages = context.knowledge.base.languages
    wished = next((known for known in languages if context.cue == f"language_{known}"), None)
    if wished is None and context.act is DialogueAct.CONFUSION:
        named = [known for known in languages if f"language_{known}" in context.interpretation.signals]
        wished = named[0] if len(named) == 1 else None
    return None if wished is None else switch_language(context, wished)


def switch_language(context: HandlerContext, language: Language) -> HandlerResult:
    """From now on in this language, whatever the messages are written in; the last answer is said again in it."""
    translated = replace(context, language=language)
    last = context.knowledge.base.entries.get(context.session.entry) if context.session.entry else None
    actions = (translated.say("language_set"), *((translated.say_entry(last),) if last else ()))
    return _result(actions, replace(context.resolved_session, language=language, language_chosen=True))


def cancel(context: HandlerContext) -> HandlerResult:
    """Drops the open question and the topic."""
    return _result(
        (context.say("cancelled"),), replace(context.resolved_session, entry=None, line=None, ticket_requests=0)
    )


def _start(context: HandlerContext) -> HandlerResult:
    return _offer_topics(context, "start")


def _help(context: HandlerContext) -> HandlerResult:
    return _offer_topics(context, "help")


def _offer_topics(context: HandlerContext, key: str) -> HandlerResult:
    options = context.topic_options(context.knowledge.base.directory.topics)
    ask = Ask(text=context.phrase(key), options=options)
    return _result(
        (ask,), replace(context.resolved_session, question=context.new_question(QuestionKind.TOPIC, options))
    )


def _choose_language(context: HandlerContext) -> HandlerResult:
    options = tuple(
        Option(id=f"language:{language}", title=LANGUAGE_NAMES.get(language, language))
        for language in context.knowledge.base.languages
    )
    ask = Ask(text=context.phrase("choose_language"), options=options)
    return _result(
        (ask,), replace(context.resolved_session, question=context.new_question(QuestionKind.LANGUAGE, options))
    )


def _show_lines(context: HandlerContext) -> HandlerResult:
    return _result((context.say("lines"), *context.show_lines()), context.resolved_session)


def _show_privacy(context: HandlerContext) -> HandlerResult:
    days, media_days = context.inbound.kept_days, context.inbound.media_kept_days
    kept = context.phrase("kept_for_ever") if days is None else context.phrase("kept_days", days=str(days))
    if media_days is not None and (days is None or media_days < days):
        kept = f"{kept}\n{context.phrase('media_kept_days', days=str(media_days))}"
    return _result((context.say("privacy", kept=kept),), context.resolved_session)


def _erase(context: HandlerContext) -> HandlerResult:
    kept = Session(language=context.session.language, language_chosen=context.session.language_chosen)
    return _result((EraseUser(), Say(text=context.phrase("forgotten"))), kept)


def _unknown_command(context: HandlerContext) -> HandlerResult:
    return _result((context.say("unknown_command"),), context.resolved_session)


def _result(actions: tuple[Action, ...], session: Session) -> HandlerResult:
    return HandlerResult(actions=actions, session=session, act="talk")


_COMMANDS: Final[Mapping[str, Callable[[HandlerContext], HandlerResult]]] = {
    "start": _start,
    "help": _help,
    "language": _choose_language,
    "settings": _choose_language,
    "lines": _show_lines,
    "news": show_news,
    "venue": show_venue,
    "privacy": _show_privacy,
    "forget": _erase,
    "cancel": cancel,
}
