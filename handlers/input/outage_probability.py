"""How likely a message says that trading has stopped now, by act, topic and what else is told; pure."""

from math import exp, log
from typing import Final

from kb.model import CueId, DialogueAct
from kb.understanding.result import Interpretation

NOT_STOPPED_CUES: Final = frozenset({CueId.PAST, CueId.HYPOTHETICAL, CueId.ONE_DEVICE, CueId.ELSEWHERE})
NOT_STOPPED_LOG_ODDS: Final = 4.0
"""What such a cue takes off the log-odds that trading has stopped now."""
CRIED_NOT_STOPPED_LOG_ODDS: Final = 1.5
"""As NOT_STOPPED_LOG_ODDS, where another day is told of beside a cry: "yesterday is not closed, and we cannot sell"."""
SURELY_STOPPED: Final = 0.8
EMERGENCY_LOG_ODDS: Final = 1.0
"""What a cry for everyone ("all tills", "we lose money", SOS) adds to them, unless it is likeliest good news."""
TOPIC_LOG_ODDS_WEIGHT: Final = 0.3
"""How much of the log-odds of an urgent topic is added to those of the act."""
MAX_TOPIC_CONFIDENCE: Final = 0.9
MIN_ACT_CONFIDENCE: Final = 0.0005
MAX_ACT_CONFIDENCE: Final = 0.95
"""However sure the act seems, another time or place that is told of may outweigh it."""


def outage_probability(interpretation: Interpretation, urgent: frozenset[str]) -> float:
    """How likely trading has stopped now: by the act and the topic, less where another time is told of."""
    topic = next((one.confidence for one in interpretation.candidates if one.entry in urgent), 0.0)
    if not interpretation.acts:
        return topic
    by_act = next((one.confidence for one in interpretation.acts if one.act is DialogueAct.OUTAGE), 0.0)
    by_act = min(max(by_act, MIN_ACT_CONFIDENCE), MAX_ACT_CONFIDENCE)
    log_odds = _logit(by_act) + TOPIC_LOG_ODDS_WEIGHT * max(0.0, _logit(min(max(topic, 0.01), MAX_TOPIC_CONFIDENCE)))
    if CueId.EMERGENCY_EVERYONE in interpretation.signals and interpretation.acts[0].act is not DialogueAct.WORKS_AGAIN:
        log_odds += EMERGENCY_LOG_ODDS
    if not interpretation.signals.isdisjoint(NOT_STOPPED_CUES):
        log_odds -= CRIED_NOT_STOPPED_LOG_ODDS if _cries_of_today(interpretation, by_act) else NOT_STOPPED_LOG_ODDS
    return 1 / (1 + exp(-log_odds))


def _cries_of_today(interpretation: Interpretation, by_act: float) -> bool:
    """Whether it is surely said that trading stands today, whatever other day is told of beside it."""
    told = interpretation.signals & NOT_STOPPED_CUES
    return told == {CueId.PAST} and CueId.TODAY in interpretation.signals and by_act >= SURELY_STOPPED


def _logit(probability: float) -> float:
    return log(probability / (1 - probability))
