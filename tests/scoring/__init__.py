"""Judges answers of the bot by labelled talks; asks nothing itself except through `ask`."""

from bot.evaluation.dialogs import Answer, DialogScore, LabelledDialog, read_dialogs, score_dialogs
from tests.scoring.answers import ask
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
