"""Whether a message gives details of a fault that were asked for: which till, since when, which error; pure."""

from typing import Final

from handlers.model.context import HandlerContext
from kb.model import Act, DialogueAct
from kb.understanding.result import ActCandidate, Outcome

EXPECTED_DETAIL_THRESHOLD: Final = 0.2
"""From this probability on a message is a detail that was asked for."""
MAX_CONFIDENCE_IN_PASSING: Final = 0.8
MIN_DETAIL_BESIDE_TOPIC: Final = 0.5
MIN_PHONE_DIGITS: Final = 7
MAX_WORDS_OF_COUNT: Final = 3
MIN_DETAIL_OF_COUNT: Final = 0.1
"""As EXPECTED_DETAIL_THRESHOLD, for so few words under a fault: "all tills" counts them."""
_COUNTS: Final = frozenset(
    "all both every each two three on at in of the visas visi visām visās visam abas abi abām abās divas trīs katra uz"
    " pie все всех всем обе оба обеих обоих две три каждая каждой на в у vse vseh obe oba obeih dve tri na v u".split()
)
"""Words that count, and what stands before them."""
MAX_WORDS_OF_CODE: Final = 2
"""So many words with a figure among them are a till, a time or the code of an error, where details were asked for."""
TOPIC_ACTS: Final = frozenset({DialogueAct.OTHER, DialogueAct.OUTAGE})


def answers_with_details(context: HandlerContext, likely: list[ActCandidate]) -> bool:
    """Whether the person answers what was asked: which till, since when."""
    if not context.expects_details or not likely:
        return False
    if _counts_devices(context, likely):
        return True
    if context.interpretation.outcome is Outcome.ANSWERED and not context.interpretation.leans:
        return likely[0].act is DialogueAct.DETAIL and _is_passing_topic(context, likely[0].confidence)
    digits = sum(sign.isdigit() for sign in context.text)
    if digits >= MIN_PHONE_DIGITS or (digits and len(context.text.split()) <= MAX_WORDS_OF_CODE):
        return likely[0].act not in (DialogueAct.ASK_PERSON, DialogueAct.CANNOT_REACH)
    enough = context.act_confidence(DialogueAct.DETAIL) >= EXPECTED_DETAIL_THRESHOLD
    return enough and likely[0].act in (DialogueAct.DETAIL, DialogueAct.CHOOSE_BOTH, *TOPIC_ACTS)


def _counts_devices(context: HandlerContext, likely: list[ActCandidate]) -> bool:
    """Whether few words may tell where the fault is that is talked about: "all tills", "both"."""
    few = len(context.text.split()) <= MAX_WORDS_OF_COUNT
    if context.session.outage_reported:
        return few and _only_counts(context)
    topic = context.topic_entry
    fault = topic is not None and topic.act is Act.PROBLEM
    told = context.act_confidence(DialogueAct.DETAIL) >= MIN_DETAIL_OF_COUNT or _only_counts(context)
    return few and fault and told and likely[0].act in (DialogueAct.DETAIL, DialogueAct.CHOOSE_BOTH, DialogueAct.OUTAGE)


def _only_counts(context: HandlerContext) -> bool:
    """Whether there are words for a number and for devices alone: "all tills"."""
    words = [word.strip(".,!") for word in context.text.casefold().split()]
    others = [word for word in words if word not in _COUNTS]
    return len(others) < len(words) and all(map(context.knowledge.interpreter.devices_in, others))


def _is_passing_topic(context: HandlerContext, detail: float) -> bool:
    """Whether the topic that details were taken for is less sure than that, and tells of no fault."""
    best, answered = context.interpretation.best, context.answered_entry
    mere = answered is not None and answered.act is Act.ANSWER
    return (
        mere and best is not None and best.confidence < MAX_CONFIDENCE_IN_PASSING and detail >= MIN_DETAIL_BESIDE_TOPIC
    )
