"""Which dialogue act a message is, beside what it is about; pure."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from kb.classifier.dialogue_model import DialogueModel
from kb.features.featurizer import Featurizer
from kb.model import CueId, DialogueAct
from kb.text.tokenize import phonetic_tokens
from kb.understanding.cues import CueMatcher
from kb.understanding.reading import Reading
from kb.understanding.result import ActCandidate

MAX_ACTS: Final = 3
MIN_ACT_CONFIDENCE: Final = 0.05
IN_CONVERSATION_ACT_BIAS: Final = 1.0
"""How much likelier (in log-odds) a message is a dialogue act when a conversation is under way."""
CLAUSE_WEIGHT: Final = 0.9
"""How much of what a clause alone says counts for the whole message."""
MIN_WORDS_OF_CLAUSE: Final = 2
SAID_IN_A_CLAUSE: Final = (DialogueAct.OUTAGE, DialogueAct.ASK_PERSON, DialogueAct.CANNOT_REACH)
"""Acts that one clause of a message may do whatever the others say: they are never missed in a longer story."""
_CLAUSE_BOUNDARY: Final = re.compile(r"[.!?;,:\n…]+(?=\s|$)|\s[-–—]\s")


class DetectDialogueAct:
    """Ranks the dialogue acts by the trained model."""

    name: Final = "dialogue_act"

    def __init__(self, model: DialogueModel | None, featurizer: Featurizer, cues: CueMatcher) -> None:
        self._model, self._featurizer, self._cues = model, featurizer, cues
        self._acts = model.acts if model is not None else ()
        self._in_a_clause = [column for column, act in enumerate(self._acts) if act in SAID_IN_A_CLAUSE]

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its acts."""
        if self._model is None or reading.exact_match is not None:
            return reading
        texts = (reading.tokens, *_clauses(reading.normalized))
        return reading._replace(acts=self._acts_of(self._model, texts, reading))

    def of_tokens(self, tokens: list[str], reading: Reading) -> tuple[ActCandidate, ...]:
        """The acts of these tokens, said in place of the message that was read."""
        return reading.acts if self._model is None else self._acts_of(self._model, (tokens,), reading)

    def _acts_of(self, model: DialogueModel, texts: Sequence[list[str]], reading: Reading) -> tuple[ActCandidate, ...]:
        bias = IN_CONVERSATION_ACT_BIAS if reading.in_conversation else 0.0
        said = [self._cues.strip_everywhere(tokens, CueId.POLITENESS) for tokens in texts]
        of_each = model.probabilities(said, self._featurizer, act_bias=bias)
        found = of_each[0]
        if len(of_each) > 1:
            in_a_clause = CLAUSE_WEIGHT * np.maximum.reduce(of_each[1:], axis=0)[self._in_a_clause]
            found[self._in_a_clause] = np.maximum(found[self._in_a_clause], in_a_clause)
        best = (-found).argsort()[:MAX_ACTS]
        likely = zip(best.tolist(), found[best].tolist(), strict=True)
        return tuple(
            ActCandidate(self._acts[column], round(one, 4)) for column, one in likely if one >= MIN_ACT_CONFIDENCE
        )


def _clauses(normalized: str) -> list[list[str]]:
    """The phonetic tokens of each clause of a message of several."""
    parts = [part for part in _CLAUSE_BOUNDARY.split(normalized) if len(part.split()) >= MIN_WORDS_OF_CLAUSE]
    return list(map(phonetic_tokens, (*parts[:2], *parts[2:][-2:]))) if len(parts) > 1 else []
