"""Reads what was learnt of which reply to a later turn is likeliest right; decides nothing."""

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

import handlers
from handlers.model.reply_model import ReplyModel

MODEL_FILE: Final = Path(handlers.__file__).parent / "learnt" / "replies.json"
_MODEL_JSON: Final = TypeAdapter(ReplyModel)


@cache
def load_reply_model() -> ReplyModel:
    """The shipped model; it is the same for every content, as no feature names an entry or a word."""
    return _MODEL_JSON.validate_json(MODEL_FILE.read_bytes())
