"""Two companies built of nothing but a file each: a library of a CSV, a hotel of a web page in German.

The messages (tests/data/companies) are asked in other words than the files hold.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.ask_batch import BatchRow
from bot.cli.asker import BatchAsker
from bot.knowledge.factory import load_knowledge
from handlers.model.context import KnowledgeBundle
from kb.understanding.result import Outcome
from tests.shared import DATA

COMPANIES: Final = DATA / "companies"
FIRST_COMPANY: Final = re.compile(
    r"\b(tills?|trading|iiko|eds|vid|smarttek|restaurants?|kases?|касс\w*|kasse|restoran\w*)\b", re.IGNORECASE
)
"""Words of the company whose content ships with the program."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Shares of the messages that an entry answers; of the others, how many were answered."""

    first: float
    right: float
    wrong: float
    answered_out_of_scope: int


def paligs(*arguments: str) -> str:
    """What the command line says; an error fails the test."""
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def built(folder: Path, file: str, company: str, language: str, *options: str) -> KnowledgeBundle:
    """The company's content: `kb init`, the example away, `kb import`, `kb check`."""
    paligs("kb", "init", str(folder), "--company", company, "--lines", "+12025550101", "--languages", language)
    (folder / "entries" / "contact.yaml").unlink()
    directory = folder / "directory.yaml"
    kept = [line for line in directory.read_text("utf-8").splitlines() if not line.startswith("contacts_entry:")]
    directory.write_text("\n".join(kept).replace("topics: [contact]", "topics: [greeting]"), "utf-8")
    paligs("kb", "import", str(COMPANIES / file), "--content", str(folder), *options)
    assert "no problems" in paligs("kb", "check", "--content", str(folder), "--no-forecast")
    return load_knowledge(folder)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBundle:
    return built(tmp_path_factory.mktemp("library"), "library.csv", "Riverside Library", "en")


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBundle:
    return built(tmp_path_factory.mktemp("hotel"), "hotel.html", "Hotel Seeblick", "de", "--take-proposals")


def figures(known: KnowledgeBundle, file: str) -> Figures:
    rows = [line.split("\t") for line in (COMPANIES / file).read_text("utf-8").splitlines()[1:]]
    first = right = wrong = out_of_scope = 0
    for text, label in rows:
        understood = known.interpreter.understand(text)
        best, answered = understood.best, understood.outcome is Outcome.ANSWERED
        meant = best is not None and best.entry == label
        out_of_scope += answered and label == "none"
        first += meant
        right += answered and meant
        wrong += answered and not meant and label != "none"
    covered = sum(label != "none" for _, label in rows)
    return Figures(
        first=first / covered, right=right / covered, wrong=wrong / covered, answered_out_of_scope=out_of_scope
    )


def test_the_library_answers_out_of_a_table(library: KnowledgeBundle) -> None:
    found = figures(library, "library-messages.tsv")
    assert found.first >= 0.8, found
    assert found.right >= 0.66, found
    assert found.wrong <= 0.06, found
    assert found.answered_out_of_scope <= 1, found


def test_other_messages_to_the_library_are_not_answered_wrongly(library: KnowledgeBundle) -> None:
    """Thirty that it answers and thirty that it does not, half of these with a verb of its own ("donate blood")."""
    found = figures(library, "library-messages-2.tsv")
    assert found.first >= 0.7, found
    assert found.right >= 0.45, found
    assert found.wrong <= 2 / 30, found
    assert found.answered_out_of_scope <= 3, found
    later = figures(library, "library-messages-3.tsv")
    assert later.first >= 0.85, later
    assert later.right >= 0.65, later
    assert later.wrong == 0, later
    assert later.answered_out_of_scope <= 2, later


def test_the_hotel_answers_out_of_a_page_in_german(hotel: KnowledgeBundle) -> None:
    found = figures(hotel, "hotel-messages.tsv")
    assert found.first >= 0.9, found
    assert found.right >= 0.85, found
    assert found.wrong == 0, found
    assert found.answered_out_of_scope == 0, found


def test_other_messages_to_the_hotel_are_not_answered_wrongly(hotel: KnowledgeBundle) -> None:
    found = figures(hotel, "hotel-messages-2.tsv")
    assert found.first >= 0.8, found
    assert found.right >= 0.55, found
    assert found.wrong <= 1 / 30, found
    assert found.answered_out_of_scope <= 3, found


def test_nothing_of_the_first_company_is_said(library: KnowledgeBundle, hotel: KnowledgeBundle) -> None:
    said = ("hello", "/start", "/help", "xyzzy", "xyzzy plugh", "i want a person", "it does not work", "thanks")
    for known in (library, hotel):
        asker = BatchAsker(known)
        replies = [" ".join(asker.ask(BatchRow(text=text, conversation="one"))["replies"]) for text in said]
        assert all(replies[:4]), "it says something"
        assert [reply for reply in replies if FIRST_COMPANY.search(reply)] == []
