"""Limits that figures must keep, for continuous integration; decides, and prints nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.evaluation.errors import EvaluationError

Named = Mapping[str, float | int | None]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A figure that may not be under (or, with `upper`, over) a value."""

    key: str
    value: float
    upper: bool

    def broken(self, figures: Named) -> str | None:
        """A sentence about what fell short, or None where the limit is kept."""
        if self.key not in figures:
            raise EvaluationError(f"{self.option} {self.key}: no such figure: write one of {', '.join(figures)}")
        found = figures[self.key]
        asked = f"at {'most' if self.upper else 'least'} {self.value:g} is asked for"
        if found is None:
            return f"{self.key} cannot be told from these messages, and {asked}."
        short = found > self.value if self.upper else found < self.value
        return f"{self.key} is {found:.4g}, and {asked}." if short else None

    @property
    def option(self) -> str:
        """The option that sets it."""
        return "--fail-over" if self.upper else "--fail-under"


def limits(given: Iterable[str], *, upper: bool) -> tuple[Limit, ...]:
    """The limits of an option that was given as KEY=VALUE, once or with commas between them.

    Raises:
        EvaluationError: says how to write one.
    """
    return tuple(_limit(part.strip(), upper=upper) for text in given for part in text.split(",") if part.strip())


def _limit(text: str, *, upper: bool) -> Limit:
    key, _, value = text.partition("=")
    try:
        return Limit(key=key.strip(), value=float(value), upper=upper)
    except ValueError as exc:
        option = "--fail-over answered_wrongly=0.02" if upper else "--fail-under first=0.95"
        raise EvaluationError(f"{text!r} is no limit: write a figure and a number, like {option}") from exc


def shortfalls(wanted: Iterable[Limit], figures: Named) -> tuple[str, ...]:
    """A sentence for each limit that is not kept.

    Raises:
        EvaluationError: a limit names no figure.
    """
    return tuple(told for limit in wanted if (told := limit.broken(figures)) is not None)
