"""Each stage of understanding on messages of its own, at work and taken out."""

from rich.console import Console
from rich.table import Table

from bot.knowledge.factory import load_knowledge
from kb.understanding.pipeline import UnderstandingPipeline
from tests.scoring.stages import STAGES_BY_FILE, score_stage


def stages(console: Console) -> None:
    """How many rows of each set are right with the stage, and without it."""
    knowledge = load_knowledge()
    assert isinstance(knowledge.interpreter, UnderstandingPipeline)
    table = Table("set", "rows", "right", "without the stage", "won", title="stages of understanding")
    for file in STAGES_BY_FILE:
        score = score_stage(file, knowledge.interpreter, knowledge.base)
        won = score.right - score.right_without
        table.add_row(file, str(score.rows), str(score.right), str(score.right_without), f"{won:+}")
    console.print(table)
