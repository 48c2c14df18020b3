"""`paligs kb check`: prints what share of messages will be answered and asked back, by entry."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

import typer

from kb.evaluation.forecast import LEFT_OUT_EVERY, EntryForecast, forecast
from kb.model import KnowledgeBase

LISTED_BELOW: Final = 0.75
"""Entries of which a smaller share is answered right are listed."""
FIELDS: Final = ("answered_right", "answered_wrong", "asked_back")


def print_forecast(knowledge: KnowledgeBase, echo: Callable[[str], None] = typer.echo) -> None:
    """Print the shares of all entries together, and of those that need more questions."""
    found = forecast(knowledge)
    if not found:
        echo("No forecast: give two entries or more at least two questions each.")
        return
    echo(f"Forecast, each entry asked every {LEFT_OUT_EVERY}th of its questions without having learnt it:")
    echo(f"  all: {_shares(found)}")
    for one in sorted(found, key=lambda each: each.answered_right / each.asked):
        if one.answered_right < LISTED_BELOW * one.asked:
            echo(f"  {one.entry}: {_shares([one])}")


def _shares(found: Sequence[EntryForecast]) -> str:
    asked = sum(one.asked for one in found)
    right, wrong, back = (sum(map(attrgetter(field), found)) / asked for field in FIELDS)
    return f"{right:.0%} answered, {wrong:.0%} answered wrongly, {back:.0%} asked back, of {asked}"
