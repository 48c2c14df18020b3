"""The rows of the tables of the page Reports: by language, and by phone line; pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.console.reporting.resolution import sum_by_resolution
from kb.model import EntryId, KnowledgeBase, LineId
from storage.statistics.handoff_counts import HandoffCounts
from storage.statistics.handoff_times import LineTimes
from storage.statistics.reports import MessageCounts


@dataclass(frozen=True, kw_only=True)
class LanguageRow:
    """A language, and what people who wrote in it got."""

    language: str
    total: int
    resolved: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class LineRow:
    """A line: messages on its topics, hand-offs to it, and how soon they were taken."""

    line: LineId
    messages: int
    handoffs: int
    times: LineTimes


def language_rows(counts: MessageCounts) -> list[LanguageRow]:
    """The most frequent language first."""
    sums: dict[str, Counter[str]] = {}
    for (language, resolution), count in sum_by_resolution(counts.by_language_and_treatment).items():
        sums.setdefault(language, Counter())[resolution] += count
    rows = (LanguageRow(language=name, total=found.total(), resolved=found) for name, found in sums.items())
    return sorted(rows, key=lambda row: (-row.total, row.language))


def line_rows(
    counts: MessageCounts, handoffs: HandoffCounts, times: Mapping[LineId, LineTimes], base: KnowledgeBase
) -> list[LineRow]:
    """Every line of the directory in its order, then those that only old hand-offs know."""
    messages: Counter[str] = Counter()
    for entry, count in counts.by_entry.items():
        known = base.entries.get(EntryId(entry))
        if known is not None:
            messages[known.line] += count
    none = LineTimes(seconds_to_take=(), late=0, reopened=0)
    return [
        LineRow(
            line=line,
            messages=messages[line],
            handoffs=handoffs.by_line.get(line, 0),
            times=times.get(line, none),
        )
        for line in dict.fromkeys((*base.directory.lines, *handoffs.by_line))
    ]
