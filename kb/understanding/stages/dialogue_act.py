"""Which dialogue act a message is, beside what it is about; pure."""

from dataclasses import replace
from typing import Final

from kb.classifier.dialogue_model import DialogueModel
from kb.features.featurizer import Featurizer
from kb.model import CueId
from kb.understanding.cues import CueMatcher
from kb.understanding.reading import Reading
from kb.understanding.result import ActCandidate

MAX_ACTS: Final = 3
MIN_ACT_CONFIDENCE: Final = 0.05
IN_CONVERSATION_ACT_BIAS: Final = 1.0
"""How much likelier (in log-odds) a message is a dialogue act when a conversation is under way."""


class DetectDialogueAct:
    """Ranks the dialogue acts by the trained model."""

    name: Final = "dialogue_act"

    def __init__(self, model: DialogueModel | None, featurizer: Featurizer, cues: CueMatcher) -> None:
        self._model, self._featurizer, self._cues = model, featurizer, cues
        self._acts = model.acts if model is not None else ()

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its acts."""
        if self._model is None or reading.exact_match is not None:
            return reading
        bias = IN_CONVERSATION_ACT_BIAS if reading.in_conversation else 0.0
        tokens = self._cues.strip_everywhere(reading.tokens, CueId.POLITENESS)
        found = self._model.probabilities(tokens, self._featurizer, act_bias=bias)
        best = [int(column) for column in (-found).argsort()[:MAX_ACTS] if found[column] >= MIN_ACT_CONFIDENCE]
        return replace(
            reading, acts=tuple(ActCandidate(self._acts[column], round(float(found[column]), 4)) for column in best)
        )
