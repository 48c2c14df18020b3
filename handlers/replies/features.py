"""What tells which reply to a later turn is right: named features of the turn and of the talk before it; pure."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from handlers.model.context import HandlerContext, HandlerResult
from kb.model import EntryId
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
CONFIDENCE_BINS: Final = 5
LIKELY: Final = 0.5
SURE: Final = 0.8


def reply_features(context: HandlerContext, handler: str, result: HandlerResult) -> Mapping[str, float]:
    """The features of a turn that `handler` would answer with `result`: names with values, mostly 0 to 1.

    Kinds of reply, entry and turn count, never single entries or words: what is learnt holds for other content too.
    """
    features = {name: value for name, value in _single(context, handler, result) if value}
    crossed = sorted(name for name in features if name.startswith(("topic=", "own=", "form:", "last=")))
    acts = context.interpretation.acts
    likeliest = f"likeliest={acts[0].act}" if acts else "likeliest=none"
    confidence = f"sure{int(features.get('own:confidence', 0.0) * CONFIDENCE_BINS)}"
    features[likeliest] = 1.0
    features.update({f"{one} {other}": 1.0 for one, other in combinations(crossed, 2)})
    features.update({f"{one} {other}": 1.0 for one in (likeliest, confidence) for other in crossed})
    return features


def _single(context: HandlerContext, handler: str, result: HandlerResult) -> Iterator[tuple[str, float]]:
    yield f"handler={handler}", 1.0
    yield f"reply={result.act if result.outcome is Outcome.ANSWERED else result.outcome}", 1.0
    yield f"act={context.act}", 1.0
    yield "outage", context.outage
    yield from ((f"act:{one.act}", one.confidence) for one in context.interpretation.acts)
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
    yield "digits", float(any(sign.isdigit() for sign in text))
    yield f"cue={context.cue}", 1.0


def _of_meaning(context: HandlerContext) -> Iterator[tuple[str, float]]:
    interpretation = context.interpretation
    yield f"outcome={interpretation.outcome}", 1.0
    yield "leans", float(interpretation.leans)
    yield "corrects", float(interpretation.corrects)
    yield from _of_candidates(context, "own", interpretation.by_itself)
    if interpretation.leans:
        yield from _of_candidates(context, "leaning", interpretation.candidates)


def _of_candidates(context: HandlerContext, name: str, found: tuple[Candidate, ...]) -> Iterator[tuple[str, float]]:
    if not found:
        return
    best, topic = found[0], context.topic_entry
    act = context.entry_of(best).act
    yield f"{name}={act}", 1.0
    yield f"{name}={act}:confidence", best.confidence
    yield f"{name}:confidence", best.confidence
    yield f"{name}:likely", float(best.confidence > LIKELY)
    yield f"{name}:sure", float(best.confidence > SURE)
    yield f"{name}:margin", best.confidence - max((one.confidence for one in found[1:]), default=0.0)
    if topic is not None:
        yield f"{name}:is_topic", float(best.entry == topic.id)
        yield f"{name}:same_line", float(context.entry_of(best).line == topic.line)
        yield f"{name}:same_area", float(_area(context, best.entry) == _area(context, topic.id))
        yield f"{name}:topic_confidence", _confidence(found, topic.id)
        yield f"{name}:topic_among", float(any(one.entry == topic.id for one in found))


def _area(context: HandlerContext, entry: EntryId) -> str | None:
    """The topic area that an entry stands in."""
    areas = context.knowledge.base.categories
    return next((area.id for area in areas if entry in area.entries), None)


def _confidence(found: tuple[Candidate, ...], entry: EntryId) -> float:
    return sum(one.confidence for one in found if one.entry == entry)


def _of_talk(context: HandlerContext) -> Iterator[tuple[str, float]]:
    session, topic, last = context.session, context.topic_entry, context.last_turn
    yield f"topic={topic.act if topic is not None else 'none'}", 1.0
    yield f"last={last.act if last is not None else 'none'}", 1.0
    yield f"last_handler={last.handler if last is not None else 'none'}", 1.0
    yield f"incident={session.incident}", 1.0
    yield f"question={session.question.about if session.question is not None else 'none'}", 1.0
    yield "called_in", float(session.called_in is not None)
    yield "fault_lately", float(context.fault_lately)
    yield "expects_details", float(context.expects_details)
    yield "tells_details", float(bool(context.said))
    yield "failed_turns", float(session.failed_turns)
