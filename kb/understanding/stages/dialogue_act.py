"""Which dialogue act a message is, beside what it is about; pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from kb.classifier.calibration import Scores
from kb.classifier.dialogue_model import DialogueModel, with_question_mark
from kb.features.featurizer import Featurizer
from kb.model import CueId, DialogueAct
from kb.text.tokenize import phonetic_tokens, split_clauses
from kb.understanding.cues import CueMatcher
from kb.understanding.reading import Reading
from kb.understanding.result import ActCandidate

MAX_ACTS: Final = 3
MIN_ACT_CONFIDENCE: Final = 0.05
IN_CONVERSATION_ACT_BIAS: Final = 1.0
"""How much likelier (in log-odds) a message is a dialogue act when a conversation is under way."""
CLAUSE_WEIGHT: Final = 0.9
"""How much of what a clause alone says counts for the whole message."""
SURELY_GREETS: Final = 0.95
MAX_WORDS_OF_GREETING: Final = 4
"""Beside the greeting itself."""
SAID_IN_A_CLAUSE: Final = (DialogueAct.OUTAGE, DialogueAct.ASK_PERSON, DialogueAct.CANNOT_REACH)
"""Acts that one clause of a message may do whatever the others say: they are never missed in a longer story."""
SETS_RIGHT: Final = (DialogueAct.PARTLY, DialogueAct.WORKS_AGAIN)
"""Acts of a later clause that set right what an earlier one says of a fault: "the bar till died, we use the other"."""
SET_RIGHT_FROM: Final = 0.45
"""From this probability on a clause sets it right."""
BEYOND_SETTING_RIGHT: Final = 0.97
"""A clause that is as sure as this says that trading has stopped, whatever else goes on."""


class DetectDialogueAct:
    """Ranks the dialogue acts by the trained model."""

    name: Final = "dialogue_act"

    def __init__(self, model: DialogueModel | None, featurizer: Featurizer, cues: CueMatcher) -> None:
        self._model, self._featurizer, self._cues = model, featurizer, cues
        self._acts = model.acts if model is not None else ()
        self._in_a_clause = [column for column, act in enumerate(self._acts) if act in SAID_IN_A_CLAUSE]
        self._set_right = [column for column, act in enumerate(self._acts) if act in SETS_RIGHT]
        self._outage = next((column for column, act in enumerate(self._acts) if act is DialogueAct.OUTAGE), None)

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its acts."""
        if self._model is None or reading.exact_match is not None:
            return reading
        few = len(reading.tokens) <= MAX_WORDS_OF_GREETING
        if few and self._cues.only_greets(phonetic_tokens(reading.normalized)) and DialogueAct.GREETING in self._acts:
            return reading._replace(acts=(ActCandidate(DialogueAct.GREETING, SURELY_GREETS),))
        texts = (reading.tokens, *map(phonetic_tokens, split_clauses(reading.normalized)))
        return reading._replace(acts=self._acts_of(self._model, texts, reading))

    def of_tokens(self, tokens: list[str], reading: Reading) -> tuple[ActCandidate, ...]:
        """The acts of these tokens, said in place of the message that was read."""
        return reading.acts if self._model is None else self._acts_of(self._model, (tokens,), reading)

    def _acts_of(self, model: DialogueModel, texts: Sequence[list[str]], reading: Reading) -> tuple[ActCandidate, ...]:
        bias = IN_CONVERSATION_ACT_BIAS if reading.in_conversation else 0.0
        said: list[Sequence[str]] = [self._cues.strip_everywhere(tokens, CueId.POLITENESS) for tokens in texts]
        said[0] = with_question_mark(said[0], reading.text)
        of_each = model.probabilities(said, self._featurizer, act_bias=bias)
        found = of_each[0]
        if len(of_each) > 1:
            in_a_clause = CLAUSE_WEIGHT * np.maximum.reduce(of_each[1:], axis=0)[self._in_a_clause]
            found[self._in_a_clause] = np.maximum(found[self._in_a_clause], in_a_clause)
            self._set_outage_right(found, of_each[1:])
        best = (-found).argsort()[:MAX_ACTS]
        likely = zip(best.tolist(), found[best].tolist(), strict=True)
        return tuple(
            ActCandidate(self._acts[column], round(one, 4)) for column, one in likely if one >= MIN_ACT_CONFIDENCE
        )

    def _set_outage_right(self, found: Scores, of_clauses: Scores) -> None:
        """Takes off stopped trading, in place, what a clause after it says of what goes on or goes again."""
        if self._outage is None or not self._set_right:
            return
        told = int(of_clauses[:, self._outage].argmax())
        later = of_clauses[told + 1 :, self._set_right]
        if not later.size or of_clauses[told, self._outage] >= BEYOND_SETTING_RIGHT:
            return
        right = np.maximum.reduce(later, axis=0)
        best = float(right.max())
        if best >= SET_RIGHT_FROM:
            found[self._outage] *= 1 - best
            found[self._set_right] = np.maximum(found[self._set_right], right)
