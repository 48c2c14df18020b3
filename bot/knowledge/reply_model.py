"""Reads what was learnt of which reply to a later turn is likeliest right; decides nothing."""

from functools import cache
from json import loads
from pathlib import Path
from typing import Final

import handlers
from handlers.model.reply_model import ReplyModel

MODEL_FILE: Final = Path(handlers.__file__).parent / "learnt" / "replies.json"


@cache
def load_reply_model() -> ReplyModel:
    """The shipped model; it is the same for every content, as no feature names an entry or a word."""
    # Without pydantic, which `paligs ask` need not load: the file is written by tests/training/replies.py alone.
    return ReplyModel(**loads(MODEL_FILE.read_bytes()))
