"""Judges answers of the bot by labelled talks; asks nothing itself except through `ask`."""

from tests.scoring.answers import Answer, ask
from tests.scoring.dialogs import DialogScore, LabelledDialog, read_dialogs, score_dialogs
from tests.scoring.kinds import Case, KindScore, read_cases, score_kinds

__all__ = [
    "Answer",
    "Case",
    "DialogScore",
    "KindScore",
    "LabelledDialog",
    "ask",
    "read_cases",
    "read_dialogs",
    "score_dialogs",
    "score_kinds",
]
