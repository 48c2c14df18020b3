"""`paligs ask`: one object a row, in order, and a broken row harms nobody else."""

import json
from typing import Any

import pytest

from bot.cli import asker as asking
from bot.cli.ask_batch import BatchRow, ask_lines
from bot.cli.asker import BatchAsker
from handlers.model.context import KnowledgeBundle
from tests.doubles import ScriptedInterpreter, means, small_base, small_phrases


@pytest.fixture
def known() -> KnowledgeBundle:
    meanings = {
        "dead": means("dead", language="en"),
        "kase": means("dead", language="lv"),
        "hm": means("close", "hours", language="en"),
    }
    matcher = ScriptedInterpreter(meanings, {"otro": "second", "по-русски": "language_ru"})
    return KnowledgeBundle(base=small_base(), interpreter=matcher, phrases=small_phrases())


def answers(known: KnowledgeBundle, *rows: dict[str, Any] | str) -> list[dict[str, Any]]:
    return list(ask_lines([row if isinstance(row, str) else json.dumps(row) for row in rows], known))


def test_an_answer_holds_all_that_the_interface_promises(known: KnowledgeBundle) -> None:
    (answer,) = answers(known, {"text": "dead"})
    promised = {"text", "lang", "outcome", "entry", "act", "line", "score", "candidates", "replies", "ms"}
    assert set(answer) == promised | {"options", "alarm", "closes"}
    assert (answer["outcome"], answer["entry"], answer["act"], answer["line"]) == (
        "answered",
        "dead",
        "critical",
        "workshop",
    )
    assert answer["candidates"] == [{"entry": "dead", "score": 0.9, "question": "?"}]
    assert json.loads(json.dumps(answer)) == answer


def test_rows_of_one_conversation_are_turns_of_one_talk_and_others_stand_alone(known: KnowledgeBundle) -> None:
    rows = [{"text": "hm", "conversation": "a"}, {"text": "otro"}, {"text": "otro", "conversation": "a"}]
    assert [answer["entry"] for answer in answers(known, *rows)] == [None, None, "hours"]


def test_a_language_can_be_asked_for(known: KnowledgeBundle) -> None:
    forced, free, nonsense = answers(
        known, {"text": "kase", "lang": "en"}, {"text": "kase"}, {"text": "kase", "lang": "tlh"}
    )
    assert forced["replies"][0].startswith("Call now")
    assert free["replies"][0].startswith("Zvaniet")
    assert nonsense["lang"] == "lv"


def test_a_language_of_one_row_does_not_bind_the_next_one(known: KnowledgeBundle) -> None:
    first, second = answers(
        known, {"text": "dead", "lang": "ru", "conversation": 7}, {"text": "dead", "conversation": 7}
    )
    assert (first["lang"], second["lang"]) == ("ru", "en")


def test_a_language_that_the_person_asked_for_stays(known: KnowledgeBundle) -> None:
    _, second = answers(known, {"text": "по-русски", "conversation": 7}, {"text": "dead", "conversation": 7})
    assert second["lang"] == "ru"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[1]", "not usable"),
        ('{"lang": "lv"}', "text: Field required"),
        ('{"text": 5}', "text: Input should be a valid string"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_broken_line_gives_an_error_and_the_rest_goes_on(known: KnowledgeBundle, line: str, told: str) -> None:
    broken, fine = answers(known, line, {"text": "dead"})
    assert broken["line_number"] == 1
    assert told in broken["error"]
    assert fine["entry"] == "dead"


def test_empty_lines_are_passed_over(known: KnowledgeBundle) -> None:
    assert len(answers(known, "", "  \n", {"text": "dead"})) == 1


def test_a_long_batch_keeps_only_so_many_talks_in_mind(known: KnowledgeBundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MAX_CONVERSATIONS", 2)
    asker = BatchAsker(known)
    for number in range(10):
        asker.ask(BatchRow(text="hm", conversation=number))
    assert asker.ask(BatchRow(text="otro", conversation=9))["entry"] == "hours"
    assert asker.ask(BatchRow(text="otro", conversation=0))["entry"] is None
