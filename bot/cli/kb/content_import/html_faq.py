"""Reads questions and answers from a page: FAQPage JSON-LD, else details and definition lists, else its headings."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bot.cli.kb.content_import.faq_item import FaqCollector, FaqFile, FaqText
from bot.cli.kb.content_import.html_text import (
    Block,
    BlockKind,
    PageParser,
    StructuredData,
    emphasized,
    parse_page,
    plain_text,
)


def read_html(text: str) -> FaqFile:
    """The questions of the page, in the most exact of the forms it has."""
    page = parse_page(text)
    collector = FaqCollector()
    for script in page.structured_data:
        _read_structured_data(script, collector)
    if not collector.items and not collector.problems:
        _read_blocks(page, collector)
    return collector.found(page.address)


def _read_structured_data(script: StructuredData, collector: FaqCollector) -> None:
    try:
        data = json.loads(script.text)
    except ValueError as exc:
        wrong = getattr(exc, "lineno", 1)
        collector.problems.append(f"line {script.number + wrong - 1}: the JSON-LD is not valid: correct it")
        return
    for question in _faq_questions(data):
        name = plain_text(str(question.get("name") or ""))
        accepted = question.get("acceptedAnswer")
        first = accepted[0] if isinstance(accepted, list) and accepted else accepted
        html = str(first.get("text") or "") if isinstance(first, dict) else ""
        number = script.number + _line_of(script.text, str(question.get("name") or ""))
        collector.add(number, FaqText(questions=(name,), answer=plain_text(html), emphasis=emphasized(html)))


def _faq_questions(data: object) -> Iterator[Mapping[str, object]]:
    """Every question of every FAQPage, however deep it stands."""
    if isinstance(data, list):
        for part in data:
            yield from _faq_questions(part)
    elif isinstance(data, dict):
        if "FAQPage" in (data.get("@type") or ()):
            main = data.get("mainEntity") or ()
            yield from (one for one in (main if isinstance(main, list) else [main]) if isinstance(one, dict))
        else:
            yield from _faq_questions(data.get("@graph"))


def _line_of(text: str, part: str) -> int:
    """How many lines stand before a text of a JSON document."""
    for written in (json.dumps(part, ensure_ascii=False), json.dumps(part)):
        if (place := text.find(written)) >= 0:
            return text.count("\n", 0, place)
    return 0


def _read_blocks(page: PageParser, collector: FaqCollector) -> None:
    if any(block.kind is BlockKind.SUMMARY for block in page.blocks):
        _read_summaries(page.blocks, collector)
    else:
        _read_headings(page.blocks, collector)


def _read_summaries(blocks: Sequence[Block], collector: FaqCollector) -> None:
    section = ""
    for place, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING:
            section = block.text
        elif block.kind is BlockKind.SUMMARY:
            _add(block, _until(blocks[place + 1 :], {BlockKind.SUMMARY, BlockKind.END}), section, collector)


def _read_headings(blocks: Sequence[Block], collector: FaqCollector) -> None:
    """Questions are headings of the level that most often has text below it; those above are sections."""
    headings = [(place, block) for place, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    below = {place: _until(blocks[place + 1 :], {BlockKind.HEADING}) for place, _ in headings}
    levels = Counter(block.level for place, block in headings if any(part.text for part in below[place]))
    if not levels:
        collector.problems.append(
            "line 1: no questions are found: mark them as headings with the answer below, or as details with a summary"
        )
        return
    level = max(levels, key=lambda each: (levels[each], each))
    section = ""
    for place, block in headings:
        if block.level < level:
            section = block.text
        elif block.level == level:
            _add(block, _deeper(blocks[place + 1 :], level), section, collector)


def _until(blocks: Sequence[Block], kinds: set[BlockKind]) -> list[Block]:
    end = next((place for place, block in enumerate(blocks) if block.kind in kinds), len(blocks))
    return list(blocks[:end])


def _deeper(blocks: Sequence[Block], level: int) -> list[Block]:
    """Up to the next heading that is no deeper."""
    ends = (n for n, block in enumerate(blocks) if block.kind is BlockKind.HEADING and block.level <= level)
    return list(blocks[: next(ends, len(blocks))])


def _add(question: Block, answer: Sequence[Block], section: str, collector: FaqCollector) -> None:
    text = FaqText(
        questions=(question.text,),
        answer="\n".join(block.text for block in answer if block.text),
        section=section,
        emphasis=tuple(words for block in answer for words in block.emphasis if words),
    )
    collector.add(question.number, text)
