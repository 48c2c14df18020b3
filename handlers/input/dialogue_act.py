"""Which dialogue act a message is taken for, and how likely it says that trading has stopped now; pure."""

from typing import Final

from handlers.model.context import HandlerContext
from kb.model import Act, CueId, DialogueAct
from kb.understanding.result import Interpretation, Outcome

ACT_THRESHOLD: Final = 0.4
"""From this probability on a message is taken for a dialogue act."""
ACT_BESIDE_TOPIC_THRESHOLD: Final = 0.65
"""As ACT_THRESHOLD, where a topic is understood as well."""
EXPECTED_DETAIL_THRESHOLD: Final = 0.25
"""As ACT_THRESHOLD, for a detail that was asked for."""
NOT_STOPPED_CUES: Final = frozenset({CueId.PAST, CueId.HYPOTHETICAL, CueId.ONE_DEVICE})
NOT_STOPPED_DISCOUNT: Final = 0.5
TOPIC_ACTS: Final = frozenset({DialogueAct.OTHER, DialogueAct.OUTAGE})


def dialogue_act(context: HandlerContext) -> DialogueAct | None:
    """The act, where it is likelier than that the message is about a topic; None where it is about a topic."""
    interpretation = context.interpretation
    explanation = interpretation.explanation
    if explanation is not None and explanation.exact_match and not _is_talk_or_people(context):
        return None
    expected = context.expects_details and context.act_confidence(DialogueAct.DETAIL) >= EXPECTED_DETAIL_THRESHOLD
    if expected and interpretation.outcome is not Outcome.ANSWERED:
        best = interpretation.acts[0] if interpretation.acts else None
        if best is not None and best.act in (DialogueAct.DETAIL, *TOPIC_ACTS):
            return DialogueAct.DETAIL
    for one in interpretation.acts[:1]:
        beside = interpretation.outcome is Outcome.ANSWERED and not _is_talk_or_people(context)
        threshold = ACT_BESIDE_TOPIC_THRESHOLD if beside else ACT_THRESHOLD
        if one.act in TOPIC_ACTS or one.confidence < threshold:
            return None
        if one.act is DialogueAct.DETAIL and not context.expects_details:
            return None
        return one.act
    return None


def outage_probability(interpretation: Interpretation) -> float:
    """By both models: what the message does, and which entry it means; less where it is told of another time."""
    by_act = next((one.confidence for one in interpretation.acts if one.act is DialogueAct.OUTAGE), 0.0)
    discounted = not interpretation.signals.isdisjoint(NOT_STOPPED_CUES)
    return by_act * (NOT_STOPPED_DISCOUNT if discounted else 1.0)


def _is_talk_or_people(context: HandlerContext) -> bool:
    best = context.interpretation.best
    return best is not None and context.entry_of(best).act in (Act.TALK, Act.HANDOFF)
