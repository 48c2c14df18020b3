"""Reads the intents of Rasa NLU YAML as questions, and the responses `utter_<intent>` as answers."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import yaml

from bot.cli.kb.content_import.faq_item import FaqCollector, FaqFile, FaqText

_ENTITY: Final = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
"""`[Berlin](city)` and `[Berlin]{"entity": "city"}`: the words in brackets are what was said."""


def read_rasa(written: str) -> FaqFile:
    """The intents of the file."""
    collector = FaqCollector()
    try:
        data = yaml.safe_load(written)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        collector.problems.append(f"line {mark.line + 1 if mark else 1}: not readable as YAML: correct its indents")
        return collector.found()
    nlu = data.get("nlu") if isinstance(data, dict) else None
    if not isinstance(nlu, list):
        collector.problems.append("line 1: no `nlu` list: write intents with examples below `nlu:` (Rasa NLU YAML)")
        return collector.found()
    responses = data.get("responses")
    for part in nlu:
        if isinstance(part, dict) and isinstance(name := part.get("intent"), str):
            number = _line_of(written, name)
            answer = _answer(responses if isinstance(responses, dict) else {}, name)
            if not answer:
                collector.problems.append(
                    f"line {number}: intent {name} has no answer: write it as utter_{name} under responses"
                )
                continue
            title = name.rpartition("/")[2].replace("_", " ").replace("-", " ").capitalize()
            text = FaqText(questions=tuple(_examples(part.get("examples"))), answer=answer.strip(), title=title)
            collector.add(number, text, entry_id=name)
    return collector.found()


def _examples(written: object) -> Iterator[str]:
    lines = written.splitlines() if isinstance(written, str) else written if isinstance(written, list) else ()
    for line in lines:
        text = line.get("text") if isinstance(line, dict) else line
        yield _ENTITY.sub(r"\1", str(text or "").strip().removeprefix("-"))


def _answer(responses: Mapping[str, object], intent: str) -> str:
    variants = responses.get(f"utter_{intent}")
    first = variants[0] if isinstance(variants, list) and variants else None
    return str(first.get("text") or "") if isinstance(first, dict) else ""


def _line_of(text: str, intent: str) -> int:
    found = re.search(rf"intent:\s*[\"']?{re.escape(intent)}[\"']?\s*$", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1
