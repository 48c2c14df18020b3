"""A known outage is said first to whoever writes about it or has stopped: whole once, then in a line; pure.

It decides on what was understood, after the handlers: the answer, and above all the number to call, stays in the reply.
"""

from datetime import datetime
from typing import Final

from handlers.details.cause import named_entries, named_faults
from handlers.model.actions import Action, CloseHandoffs, EraseUser, HandoffReason, NotifyStaff, Say
from handlers.model.announcements import Outage, OutageReport
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind
from handlers.model.session import OPTED_OUT
from kb.model import Act, EntryId
from kb.text.stemmer import stem
from kb.text.tokenize import phonetic_tokens

MIN_STEM: Final = 5
"""A stem of so many letters tells words apart; of a shorter one the whole word is compared."""
MIN_BEGINNING: Final = 4
_NOT_ABOUT_IT: Final = frozenset({OPTED_OUT, "opted", "command", "rated", "secret", "language", "resolved", "cancel"})
"""Handlers of what is said to the bot itself, and of good news."""
_WAITS: Final = frozenset({"chasing", "still_not", "cannot_reach"})
"""Handlers of who was told of it and waits for its end."""


def with_outage(result: HandlerResult, context: HandlerContext, name: str) -> HandlerResult:
    """The result with the outage that the message is about, if one runs, in front of the answer."""
    if not context.inbound.outages or name in _NOT_ABOUT_IT or _ends_it(result):
        return result
    known = _concerning(result, context, name)
    if known is None:
        return result
    report = OutageReport(outage=known.id, told=not known.seen, joins=_is_its_cause(known, result, context))
    return replace(result, actions=_with_words(known, result, context), outage=report)


def _ends_it(result: HandlerResult) -> bool:
    return any(isinstance(action, CloseHandoffs | EraseUser) for action in result.actions)


def _concerning(result: HandlerResult, context: HandlerContext, name: str) -> Outage | None:
    """One whose entry or words the message names; else the newest for who has stopped, or for who waits for it."""
    running, named = context.inbound.outages, _named(result, context)
    hit = next((one for one in running if not one.topics.isdisjoint(named) or _has_words(one, context)), None)
    if hit is None and _has_stopped(result):
        hit = running[0]
    if hit is None and name in _WAITS:
        hit = next((one for one in running if one.seen), None)
    return hit


def _named(result: HandlerResult, context: HandlerContext) -> tuple[EntryId, ...]:
    understood = context.interpretation
    return named_entries((*understood.candidates, *understood.secondary), result.entry)


def _has_words(outage: Outage, context: HandlerContext) -> bool:
    """Whether every word of one of its phrases stands in the message, whatever alphabet and endings it has."""
    if not outage.words or context.inbound.kind is MessageKind.TAP:
        return False
    said = phonetic_tokens(context.text)
    phrases = (phonetic_tokens(phrase) for phrase in outage.words)
    return any(phrase and all(any(_is_form_of(one, word) for one in said) for word in phrase) for phrase in phrases)


def _is_form_of(said: str, word: str) -> bool:
    """The same word, or one that begins with its stem; with the whole of it where the stem is too short."""
    known = stem(word) if len(stem(word)) >= MIN_STEM else word
    return said == word or (len(known) >= MIN_BEGINNING and said.startswith(known))


def _has_stopped(result: HandlerResult) -> bool:
    calls = (one.reason for one in result.actions if isinstance(one, NotifyStaff))
    return result.act == Act.CRITICAL or HandoffReason.TRADING_STOPPED in calls


def _is_its_cause(outage: Outage, result: HandlerResult, context: HandlerContext) -> bool:
    """Whether a hand-off of this message needs no word of its own to staff: no other cause is named."""
    causes = named_faults(_named(result, context), context.knowledge.base)
    return not causes or not outage.topics.isdisjoint(causes) or _has_words(outage, context)


def _with_words(outage: Outage, result: HandlerResult, context: HandlerContext) -> tuple[Action, ...]:
    if outage.seen:
        again = context.say("outage_again", headline=outage.headline(context.language))
        return (Say(text="\n".join((again.text, *_until(outage, context)))), *result.actions)
    since = _moment(outage.started_at, context)
    first = context.say("outage_known", since=since, headline=outage.headline(context.language))
    rest = (outage.body(context.language), *_until(outage, context), context.phrase("outage_promise"))
    more = " ".join(part for part in rest if part)
    if _has_stopped(result):
        # The number of the line stands in the first lines: what else is known of it comes after the answer.
        return (first, *result.actions, Say(text=more))
    return (Say(text=f"{first.text}\n{more}"), *result.actions)


def _until(outage: Outage, context: HandlerContext) -> tuple[str, ...]:
    """The end that an agent expects; nothing where none was given, or where it has passed."""
    if outage.expected_until is None or outage.expected_until <= context.now:
        return ()
    return (context.phrase("outage_until", until=_moment(outage.expected_until, context)),)


def _moment(at: datetime, context: HandlerContext) -> str:
    """The time of day; with its day where that is not today."""
    today = context.now.astimezone(at.tzinfo).date()
    return f"{at:%H:%M}" if at.date() == today else f"{at:%d.%m. %H:%M}"
