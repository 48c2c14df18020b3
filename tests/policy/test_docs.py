"""What the documents point to is there: files, headings, and the commands of their code blocks with their options."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer.main

from bot.cli.app import app

ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE_LINE: Final = re.compile(
    r"^(?: {4,}|CONTENT_DIR=\S+ )?(?:CONTENT_DIR=\S+ )?(?:\.venv/bin/)?paligs (.+)$", re.MULTILINE
)
"""A command on a line of its own: indented, or in a fence."""


def anchors(document: Path) -> set[str]:
    """The anchors of its headings, as GitHub makes them."""
    headings = _HEADING.findall(_FENCE.sub("", document.read_text("utf-8")))
    plain = (re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", one)).strip().lower() for one in headings)
    return {one.replace(" ", "-") for one in plain}


def links(document: Path) -> Iterator[str]:
    """Those that do not lead to another site."""
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", document.read_text("utf-8")))
    yield from (link for link in _LINK.findall(text) if "://" not in link and not link.startswith("mailto:"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_links_to_is_there(document: Path) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{document.name}: {link}: is not there"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{document.name}: {link}: has no such heading"


def commands(document: Path) -> Iterator[str]:
    """What follows `paligs` on the code lines of a document, without what a second column says of it."""
    for found in _CODE_LINE.findall(document.read_text("utf-8")):
        written = re.split(r"\s{2,}|\s#|\s>|'", found)[0].replace("[", " ").replace("]", " ")
        *others, last = written.split(" | ")
        before = others[0].rpartition(" ")[0] if others else ""
        yield from (one if one.startswith(before) else f"{before} {one}" for one in (*others, last))


def problem_of(command: str) -> str | None:
    """What is wrong with a command: an unknown name, or an option that it does not have."""
    here: Any = typer.main.get_command(app)
    for word in command.replace("|", " ").split():
        if word.startswith("-"):
            option = word.split("=")[0]
            if not any(option in (*one.opts, *one.secondary_opts, "--help") for one in here.params):
                return f"{here.name} has no option {option}"
        elif inner := getattr(here, "commands", None):
            if word not in inner:
                return f"{here.name} has no command {word}"
            here = inner[word]
    return None


def test_commands_in_the_documents_are_those_of_the_program() -> None:
    found = [(document.name, command) for document in DOCUMENTS for command in commands(document)]
    assert len(found) > 20, "nothing was looked at"
    wrong = [f"{name}: paligs {command}: {problem}" for name, command in found if (problem := problem_of(command))]
    assert wrong == []


def test_a_wrong_command_is_seen() -> None:
    assert problem_of("kb chekc") == "kb has no command chekc"
    assert problem_of("kb check --contents mine") == "check has no option --contents"
    assert problem_of("kb check --content mine") is None
