"""Limits that figures must keep, for continuous integration; decides, and prints nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.evaluation.errors import EvaluationError

MetricsByName = Mapping[str, float | int | None]


@dataclass(frozen=True, kw_only=True)
class MetricLimit:
    """A figure that may not be under (or, with `upper`, over) a value."""

    key: str
    value: float
    is_maximum: bool

    def shortfall(self, metrics: MetricsByName) -> str | None:
        """A sentence about what fell short, or None where the limit is kept."""
        if self.key not in metrics:
            raise EvaluationError(f"{self.option} {self.key}: no such figure: write one of {', '.join(metrics)}")
        found = metrics[self.key]
        asked = f"at {'most' if self.is_maximum else 'least'} {self.value:g} is asked for"
        if found is None:
            return f"{self.key} cannot be told from these messages, and {asked}."
        short = found > self.value if self.is_maximum else found < self.value
        return f"{self.key} is {found:.4g}, and {asked}." if short else None

    @property
    def option(self) -> str:
        """The option that sets it."""
        return "--fail-over" if self.is_maximum else "--fail-under"


def parse_limits(option_values: Iterable[str], *, upper: bool) -> tuple[MetricLimit, ...]:
    """The limits of an option that was given as KEY=VALUE, once or with commas between them.

    Raises:
        EvaluationError: says how to write one.
    """
    return tuple(
        _parse_limit(part.strip(), upper=upper) for text in option_values for part in text.split(",") if part.strip()
    )


def _parse_limit(text: str, *, upper: bool) -> MetricLimit:
    key, _, value = text.partition("=")
    try:
        return MetricLimit(key=key.strip(), value=float(value), is_maximum=upper)
    except ValueError as exc:
        option = "--fail-over answered_wrongly=0.02" if upper else "--fail-under first=0.95"
        raise EvaluationError(f"{text!r} is no limit: write a figure and a number, like {option}") from exc


def find_shortfalls(metric_limits: Iterable[MetricLimit], metrics: MetricsByName) -> tuple[str, ...]:
    """A sentence for each limit that is not kept.

    Raises:
        EvaluationError: a limit names no figure.
    """
    return tuple(told for limit in metric_limits if (told := limit.shortfall(metrics)) is not None)
