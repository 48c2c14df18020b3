"""Says what is wrong with an edited entry in the language of the console; pure."""

import re
from collections.abc import Mapping
from typing import Final

from kb.model import Language

_PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (key, re.compile(pattern))
    for key, pattern in (
        ("missing", r"is missing: "),
        ("missing", r"is empty: "),
        ("too_long", r"is too long: write at most (?P<most>\d+) "),
        ("too_long_whole", r"(?P<length>\d+) characters with its sources: cut it to (?P<most>\d+)"),
        ("no_placeholder", r"\{(?P<name>\w*)\} is not known: write one of (?P<known>.*)"),
        ("no_source", r"'(?P<name>.*)' is no source: write one of (?P<known>.*), or add "),
        ("no_source", r"'(?P<name>.*)' is no source: (?P<known>)"),
        ("unlisted", r"(?P<name>\S.*) is not in directory\.yaml: "),
        ("urgent_first", r"an act `critical` begins with its number: write (?P<name>\{\w+\})"),
        ("must_name", r"an act `(?:problem|ticket)` names (?:its line|the ticket e-mail): write (?P<name>\{\w+\})"),
        ("elsewhere", r"(?P<name>'.*'|\".*\") also stands in (?P<place>.*)\.yaml: "),
        ("gone", r"'(?P<name>.*)' is no entry any more"),
    )
)


def problem_text(problem: str, words: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """ "answer.lv: {x} is not known: ..." as a sentence of the console; as it is where no sentence fits.

    `titles` are those of the entries, by id.
    """
    where, _, what = problem.partition(": ")
    field, _, language = where.partition(".")
    for key, pattern in _PATTERNS:
        found = pattern.match(what)
        if found is not None and f"field_{field}" in words:
            names = {"place": "", **found.groupdict()}
            place = titles.get(names["place"], names["place"])
            return words[f"problem_{key}"].format(field=_field(field, language, words), **names | {"place": place})
    return problem


def _field(field: str, language: Language, words: Mapping[str, str]) -> str:
    # Of a list the number of its item follows the language.
    code = language.partition(".")[0]
    return f"{words[f'field_{field}']} ({code.upper()})" if code and not code.isdigit() else words[f"field_{field}"]
