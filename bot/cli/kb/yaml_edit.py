"""Appends to lists of a YAML file in their own style; everything else stays as it is written; pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from kb.model import Language


def append_items(text: str, key: str, items_by_language: Mapping[Language, Sequence[str]]) -> tuple[str, int]:
    """`text` with the new items at the end of the lists under `key`, in their indentation; and the number of new
    items."""
    lines = text.splitlines()
    lists = dict(_language_nodes(text, key))
    places = [_new_lines(node, items_by_language.get(language, ())) for language, node in lists.items()]
    begun = {
        language: list(items_by_language[language])
        for language in items_by_language
        if items_by_language[language] and language not in lists
    }
    for line, items in sorted(places, reverse=True, key=lambda place: place[0]):
        lines[line:line] = items
    for language, texts in begun.items():
        lines += [f"  {language}:", *(f"    - {yaml_scalar(one)}" for one in dict.fromkeys(texts))]
    count = sum(len(items) for _, items in places) + sum(map(len, begun.values()))
    return "\n".join(lines) + "\n", count


def replace_values(text: str, lines_by_key: Mapping[str, Sequence[str]]) -> str:
    """`text` with other lines for these keys of its mapping; comments between keys stay with the key above."""
    root: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    lines = text.splitlines()
    places = [(name.start_mark.line, _end_line(value), lines_by_key.get(name.value)) for name, value in root.value]
    for start, end, new in sorted(places, reverse=True, key=lambda place: place[0]):
        if new is not None:
            lines[start:end] = new
    return "\n".join(lines) + "\n"


def _end_line(node: Any) -> int:
    """The line after a value; a block ends where the next one begins."""
    last = node
    while getattr(last, "flow_style", None) is False and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    end: int = last.end_mark.line
    return end if last.end_mark.column == 0 and end > last.start_mark.line else end + 1


def yaml_scalar(text: str) -> str:
    """A text as a YAML scalar, on one line."""
    return str(yaml.safe_dump(text, allow_unicode=True, width=10**6)).removesuffix("\n").removesuffix("\n...")


def _new_lines(node: Any, texts: Sequence[str]) -> tuple[int, list[str]]:
    known = {str(item.value).casefold() for item in node.value}
    new = [text for text in texts if text.casefold() not in known]
    last = node.value[-1]
    indent = " " * (last.start_mark.column - 2)
    return last.end_mark.line + 1, [f"{indent}- {yaml_scalar(one)}" for one in dict.fromkeys(new)]


def _language_nodes(text: str, key: str) -> Iterator[tuple[Language, Any]]:
    root: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    found = next(value for name, value in root.value if name.value == key)
    for name, value in found.value:
        yield name.value, value
