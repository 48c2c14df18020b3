"""Talks, found by what was said and decided in them."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine

from handlers.model.actions import HandoffReason
from kb.model import LineId
from storage.conversations import search
from storage.conversations.search import Page, Wanted
from storage.database.engine import reading
from tests.contract.asked import UNKNOWN, Asking
from tests.contract.talks import NOW, TRACE

DAY = timedelta(days=1)


def looked_up(engine: Engine, wanted: Wanted | None = None, **options: Any) -> Page:
    with reading(engine) as connection:
        return search.search(connection, wanted or Wanted(), **options)


def senders(page: Page) -> list[str]:
    return [found.sender for found in page.found]


def test_a_talk_is_found_once_by_its_newest_turn(engine: Engine) -> None:
    ask = Asking(engine)
    ask("Pirmais")
    ask("Labdien", by="boris", channel="telegram")
    talk = ask("Otrais", at=NOW + DAY)

    page = looked_up(engine)

    assert [(found.sender, found.words) for found in page.found] == [("anna", "Otrais"), ("boris", "Labdien")]
    assert (page.older, page.back_to) == (None, None)
    first = page.found[0]
    assert (first.conversation, first.channel, first.turn, first.language) == (talk, "webchat", 3, "lv")
    assert (first.outcome, first.act, first.entry, first.line) == ("answered", "answer", "refund", "technical")
    assert (first.score, first.at) == (0.97, NOW + DAY)


def test_nothing_is_found_where_nobody_wrote(engine: Engine) -> None:
    assert looked_up(engine) == Page(found=(), older=None, back_to=None)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(channel="telegram"), ["dora"]),
        (Wanted(language="ru"), ["clara"]),
        (Wanted(outcome="unknown"), ["boris"]),
        (Wanted(act="none"), ["boris"]),
        (Wanted(line="office"), ["clara"]),
        (Wanted(handed_off=True), ["dora"]),
        (Wanted(since=NOW + DAY), ["dora", "clara"]),
        (Wanted(until=NOW + DAY), ["boris", "anna"]),
        (Wanted(since=NOW + DAY, until=NOW + 2 * DAY), ["clara"]),
        (Wanted(since=NOW + 9 * DAY), []),
        (Wanted(says=lambda words: "Kase" in words), ["dora", "anna"]),
        (Wanted(says=lambda words: "Kase" in words, channel="webchat"), ["anna"]),
    ],
)
def test_every_wish_is_heeded(engine: Engine, wanted: Wanted, found: list[str]) -> None:
    ask = Asking(engine)
    ask("Kase", by="anna")
    ask("Blabla", UNKNOWN, by="boris")
    ask("Офис", replace(TRACE, language="ru", line=LineId("office")), by="clara", at=NOW + DAY)
    ask("Kase stāv", by="dora", channel="telegram", at=NOW + 2 * DAY, people=HandoffReason.TRADING_STOPPED)

    assert senders(looked_up(engine, wanted)) == found


def test_pages_hold_every_talk_once(engine: Engine) -> None:
    ask = Asking(engine)
    for number in range(23):
        ask(f"Jautājums {number}", by=f"person {number % 7}")
    pages, before = [], None
    for _ in count():
        page = looked_up(engine, limit=3, before=before)
        pages.append(senders(page))
        before = page.older
        if before is None:
            break

    seen = [sender for page in pages for sender in page]
    assert seen == [f"person {number % 7}" for number in range(22, 15, -1)]
    assert pages[0] == ["person 1", "person 0", "person 6"]


def test_a_page_stops_looking_after_a_while_and_says_how_far_back_it_got(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "REACH_OF_WORDS", 4)
    monkeypatch.setattr(search, "_FIRST_STRIDE", 1)
    ask = Asking(engine)
    ask("Kase")
    for days in range(1, 9):
        ask("Labdien", by="boris", at=NOW + days * DAY)
    wanted = Wanted(says=lambda words: words == "Kase")

    first = looked_up(engine, wanted)
    second = looked_up(engine, wanted, before=first.older)
    third = looked_up(engine, wanted, before=second.older)

    assert (first.found, first.older, first.back_to) == ((), 6, NOW + 5 * DAY)
    assert (second.found, second.back_to) == ((), NOW + DAY)
    assert senders(third) == ["anna"]
    assert third.older is None
