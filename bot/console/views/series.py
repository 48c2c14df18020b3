"""What a chart shows, and the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ChartSeries:
    """Values of one kind, one for each label."""

    title: str
    values: Sequence[int]
