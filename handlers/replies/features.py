"""What tells which reply to a later turn is right: named features of the turn and of the talk before it; pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from handlers.input.question_form import QUESTION_WORD
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.session import MAX_TURNS
from handlers.replies.grave import asks_whether_stopped, is_grave
from handlers.replies.next_entry import lift, next_candidate
from kb.model import Entry, EntryId
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Candidate, Outcome

_OPENS_ON: Final = LazyPattern(r"^(?:un|bet|tad|tātad|labi|а|и|но|ну|значит|хорошо|ладно|nu|a|i|no|ok|and|but|so)\b")
"""Goes on from what was said."""
_REFERS: Final = LazyPattern(
    r"\b(?:to|tā|tās|tajā|tam|tur|viņ\w+|šo|его|её|ее|их|он|она|оно|они|это|этого|там|ego|ee|on|ona|eto|tam|it|that|this"
    r"|these|those|there|them|they|ones?)\b"
)
"""A word that stands for what was talked about."""
_WHO_OR_WHERE: Final = LazyPattern(r"\b(?:kas|kurš|kam|kuram|kur|кто|кому|кого|куда|kto|komu|kuda|who|whom|where)\b")
MAX_WORDS: Final = 10
"""Longer messages are alike."""
MAX_LETTERS: Final = 100
MAX_TOLD: Final = 3
"""So many candidates are told of."""
LIKELY: Final = 0.5
SURE: Final = 0.8


def reply_features(context: HandlerContext, handler: str, result: HandlerResult) -> Mapping[str, float]:
    """The features of a turn that `handler` would answer with `result`: names with values, mostly 0 to 1.

    Kinds of reply, entry and turn count, never single entries or words: what is learnt holds for other content too.
    What people turn to after a topic was counted for the shipped entries, and says nothing of others.
    """
    return {name: value for name, value in _single(context, handler, result) if value}


def _single(context: HandlerContext, handler: str, result: HandlerResult) -> Iterator[tuple[str, float]]:
    yield f"handler={handler}", 1.0
    yield f"reply={result.act if result.outcome is Outcome.ANSWERED else result.outcome}", 1.0
    yield "grave", float(is_grave(context, result))
    yield "stopped_asked", float(asks_whether_stopped(context.knowledge.base, result.outcome, result.session))
    yield f"act={context.act}", 1.0
    yield "outage", context.outage
    acts = context.interpretation.acts
    yield f"likeliest={acts[0].act if acts else 'none'}", 1.0
    yield from ((f"act:{one.act}", one.confidence) for one in acts)
    yield from ((f"signal:{signal}", 1.0) for signal in context.interpretation.signals)
    yield from _of_form(context)
    yield from _of_meaning(context)
    yield from _of_talk(context)


def _of_form(context: HandlerContext) -> Iterator[tuple[str, float]]:
    text = context.text.casefold()
    words = len(text.split())
    yield f"words={min(words, MAX_WORDS)}", 1.0
    yield "words", words / MAX_WORDS
    yield "form:asks", float("?" in text)
    yield "form:opens_on", float(_OPENS_ON.search(text) is not None)
    yield "form:refers", float(_REFERS.search(text) is not None)
    yield "form:who", float(_WHO_OR_WHERE.search(text) is not None)
    yield "letters", min(len(text), MAX_LETTERS) / MAX_LETTERS
    yield "form:cries", float("!" in text)
    yield "form:clauses", float(sum(text.count(mark) for mark in ",.;:"))
    yield "form:sentence", float(context.text[:1].isupper())
    yield "form:ends", float(text.endswith("."))
    yield "form:question_word", float(QUESTION_WORD.match(text) is not None)
    yield "digits", float(any(sign.isdigit() for sign in text))
    yield f"cue={context.cue}", 1.0


def _of_meaning(context: HandlerContext) -> Iterator[tuple[str, float]]:
    interpretation = context.interpretation
    yield f"outcome={interpretation.outcome}", 1.0
    yield "leans", float(interpretation.leans)
    yield "corrects", float(interpretation.corrects)
    yield "terms", len(interpretation.terms) / MAX_WORDS
    yield "tokens", len(interpretation.tokens) / MAX_WORDS
    yield "matters", len(interpretation.matters) / MAX_WORDS
    yield f"language={interpretation.language}", 1.0
    yield from _of_candidates(context, "own", interpretation.by_itself)
    if (following := next_candidate(context)) is not None:
        yield "next:confidence", following.confidence
        yield "next:place", float(interpretation.by_itself.index(following))
        yield "next:lift", lift(context, following.entry)
    if (topic := context.topic_entry) is not None:
        found = context.knowledge.interpreter.passage(context.text, topic.id, context.language)
        yield "topic:passage", found.share if found is not None else 0.0
    if interpretation.leans:
        yield from _of_candidates(context, "leaning", interpretation.candidates)
        best, own = interpretation.candidates[:1], interpretation.by_itself[:1]
        yield "leaning:same", float(bool(best and own) and best[0].entry == own[0].entry)


def _of_candidates(context: HandlerContext, name: str, found: tuple[Candidate, ...]) -> Iterator[tuple[str, float]]:
    if not found:
        return
    best, acts = found[0], [context.entry_of(one).act for one in found]
    yield f"{name}={acts[0]}", 1.0
    yield f"{name}={acts[0]}:confidence", best.confidence
    yield f"{name}:confidence", best.confidence
    yield f"{name}:likely", float(best.confidence > LIKELY)
    yield f"{name}:sure", float(best.confidence > SURE)
    yield f"{name}:margin", best.confidence - max((one.confidence for one in found[1:]), default=0.0)
    for place, (other, act) in enumerate(zip(found[1:MAX_TOLD], acts[1:], strict=False), start=2):
        yield f"{name}{place}={act}", 1.0
        yield f"{name}{place}:confidence", other.confidence
    for kind in set(acts):
        alike = (one.confidence for one, act in zip(found, acts, strict=True) if act is kind)
        yield f"{name}:all:{kind}", sum(alike)
    yield f"{name}:repeats", float(any(turn.entry == best.entry for turn in context.session.turns))
    yield from (
        (f"{name}{place}:lift", lift(context, one.entry)) for place, one in enumerate(found[:MAX_TOLD], start=1)
    )
    if context.topic_entry is not None:
        yield from _beside_topic(context, name, found, context.topic_entry)


def _beside_topic(
    context: HandlerContext, name: str, found: tuple[Candidate, ...], topic: Entry
) -> Iterator[tuple[str, float]]:
    """How far the candidates are about what is talked about, or near it."""
    best, line, area = found[0], topic.line, _area(context, topic.id)
    yield f"{name}:is_topic", float(best.entry == topic.id)
    yield f"{name}:same_line", float(context.entry_of(best).line == line)
    yield f"{name}:same_area", float(best.entry in area)
    yield f"{name}:topic_confidence", _confidence(found, {topic.id})
    yield f"{name}:topic_among", float(any(one.entry == topic.id for one in found))
    yield f"{name}:all:same_line", sum(one.confidence for one in found if context.entry_of(one).line == line)
    yield f"{name}:all:same_area", _confidence(found, area)


def _area(context: HandlerContext, entry: EntryId) -> Collection[EntryId]:
    """The entries of the topic area that an entry stands in."""
    areas = context.knowledge.base.categories
    return next((area.entries for area in areas if entry in area.entries), ())


def _confidence(found: tuple[Candidate, ...], entries: Collection[EntryId]) -> float:
    return sum(one.confidence for one in found if one.entry in entries)


def _of_talk(context: HandlerContext) -> Iterator[tuple[str, float]]:
    session, topic, last = context.session, context.topic_entry, context.last_turn
    yield f"topic={topic.act if topic is not None else 'none'}", 1.0
    yield f"last={last.act if last is not None else 'none'}", 1.0
    yield f"last_handler={last.handler if last is not None else 'none'}", 1.0
    before = session.turns[-2] if len(session.turns) > 1 else None
    yield f"before={before.act if before is not None else 'none'}", 1.0
    yield f"before_handler={before.handler if before is not None else 'none'}", 1.0
    yield "turns", len(session.turns) / MAX_TURNS
    yield "same_entry", float(sum(turn.entry is not None and turn.entry == session.entry for turn in session.turns))
    terms, tokens, entry = (last.terms, last.tokens, last.entry) if last is not None else ((), (), None)
    yield "last:terms", len(terms) / MAX_WORDS
    yield "last:shares", float(len(set(tokens) & set(context.interpretation.tokens)))
    yield "last:is_topic", float(topic is not None and entry == topic.id)
    yield "ticket_requests", float(session.ticket_requests > 0)
    yield f"incident={session.incident}", 1.0
    yield f"question={session.question.about if session.question is not None else 'none'}", 1.0
    options = session.question.ids if session.question is not None else ()
    own = context.interpretation.by_itself[:1]
    yield "options", float(len(options))
    yield "own:offered", float(any(f"entry:{one.entry}" in options for one in own))
    said = context.said
    yield "said:phone", float(bool(said.phone))
    yield "said:name", float(bool(said.name))
    yield "said:place", float(bool(said.place))
    yield "said:device", float(bool(said.device))
    yield "topic:stays", lift(context, topic.id) if topic is not None else 0.0
    yield "topic:is_session", float(topic is not None and topic.id == session.entry)
    yield "line:same", float(last is not None and last.line is not None and last.line == session.line)
    yield "called_in", float(session.called_in is not None)
    yield "fault_lately", float(context.fault_lately)
    yield "expects_details", float(context.expects_details)
    yield "tells_details", float(bool(context.said))
    yield "failed_turns", float(session.failed_turns)
