"""In which language a talk goes on, and which one the person speaks; names and pasted errors change neither; pure."""

from dataclasses import replace
from typing import Final

from handlers.dialogue.contact_details import only_tells_details
from handlers.model.context import HandlerContext
from handlers.model.session import DEFAULT_LANGUAGE
from kb.model import Act, Language

LANGUAGE_OF_ERRORS: Final[Language] = "en"
_FAULTS: Final = frozenset({Act.CRITICAL, Act.PROBLEM, Act.HANDOFF})


def with_language(context: HandlerContext) -> HandlerContext:
    """The context in the language to answer in: as chosen; else that of the message, unless it does not tell."""
    session = context.session
    told = None if _tells_no_language(context) else context.interpretation.language
    held = told is not None and _may_be_an_error(context, told)
    language = session.language if session.language_chosen or told is None or held else told
    counts = dict(session.messages_by_language)
    if told is not None and not held:
        counts[told] = counts.get(told, 0) + 1
    session = replace(session, language=language, messages_by_language=counts, held_language=told if held else None)
    return replace(context, session=session, language=language or context.inbound.language or DEFAULT_LANGUAGE)


def _tells_no_language(context: HandlerContext) -> bool:
    """Whether a message is too short, or holds hardly more than names."""
    if context.session.language is None:
        return False
    return context.cue is not None or only_tells_details(context)


def _may_be_an_error(context: HandlerContext, told: Language) -> bool:
    """Whether English in a talk about a fault is what a screen shows; twice in a row it is what the person speaks."""
    session, last = context.session, context.last_turn
    if told != LANGUAGE_OF_ERRORS or session.language in (None, told) or session.held_language == told:
        return False
    return session.outage_reported or (last is not None and last.act in _FAULTS)
