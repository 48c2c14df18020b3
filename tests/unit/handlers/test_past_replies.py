"""The names of handlers that sessions keep, and that later turns are read by, are names of handlers."""

from handlers.model import past_replies
from handlers.model.reply_model import ReplyKind
from handlers.router import HANDLERS

NAMES = {name for name, _ in HANDLERS} | {f"likelier_{reply}" for reply in ReplyKind} | {"fallback"}


def test_each_name_is_that_of_a_handler() -> None:
    kept = {name: value for name, value in vars(past_replies).items() if isinstance(value, frozenset)}
    assert len(kept) > 3
    assert {name: value - NAMES for name, value in kept.items()} == dict.fromkeys(kept, frozenset())
