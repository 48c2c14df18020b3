"""Talks, found by what was said and decided in them."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from handlers.model.actions import HandoffReason
from kb.model import LineId
from kb.text.term_search import TermSearch
from storage import personal_data
from storage.conversations import search, text_match, transcript
from storage.conversations.search import SearchFilter, SearchPage
from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk import notes
from storage.tables import conversations, messages, metadata
from tests.contract.asked import UNKNOWN, MessageRecorder
from tests.contract.talks import NOW, TRACE

DAY = timedelta(days=1)


def looked_up(engine: Engine, wanted: SearchFilter | None = None, **options: Any) -> SearchPage:
    with read_transaction(engine) as connection:
        return search.search(connection, wanted or SearchFilter(), **options)


def senders(page: SearchPage) -> list[str]:
    return [found.sender for found in page.hits]


def test_a_talk_is_found_once_by_its_newest_turn(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Pirmais")
    ask("Labdien", by="boris", channel="telegram")
    talk = ask("Otrais", at=NOW + DAY)

    page = looked_up(engine)

    assert [(found.sender, found.text) for found in page.hits] == [("anna", "Otrais"), ("boris", "Labdien")]
    assert (page.next_before, page.oldest_scanned) == (None, None)
    first = page.hits[0]
    assert (first.conversation, first.channel, first.turn, first.language) == (talk, "webchat", 3, "lv")
    assert (first.outcome, first.act, first.entry, first.line) == ("answered", "answer", "refund", "technical")
    assert (first.score, first.at) == (0.97, NOW + DAY)


def test_the_words_of_a_picture_are_found_beside_those_of_the_conversation(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Rozengrāls")
    ask("skat bildi")
    ask("skat bildi", by="boris")
    with write_transaction(engine) as connection:
        first = select(messages.c.id).where(messages.c.text == "skat bildi").order_by(messages.c.id).limit(1)
        read = update(messages).where(messages.c.id == first.scalar_subquery())
        connection.execute(read.values(picture_text="Fiscal device not responding"))
    for words in ("fiscal", "rozengrāls fiscal", "fiscal bildi rozengrals"):
        assert senders(looked_up(engine, SearchFilter(terms=TermSearch(words)))) == ["anna"]
    with read_transaction(engine) as connection:
        talk = connection.scalar(select(conversations.c.id).where(conversations.c.sender == "anna"))
        entries, _ = transcript.transcript(connection, str(talk))
    assert [one.picture_text for one in entries if one.side == "person"] == ["", "Fiscal device not responding"]


def test_nothing_is_found_where_nobody_wrote(engine: Engine) -> None:
    assert looked_up(engine) == SearchPage(hits=(), next_before=None, oldest_scanned=None)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (SearchFilter(channel="telegram"), ["dora"]),
        (SearchFilter(language="ru"), ["clara"]),
        (SearchFilter(outcome="unknown"), ["boris"]),
        (SearchFilter(act="none"), ["boris"]),
        (SearchFilter(line="office"), ["clara"]),
        (SearchFilter(handed_off=True), ["dora"]),
        (SearchFilter(since=NOW + DAY), ["dora", "clara"]),
        (SearchFilter(until=NOW + DAY), ["boris", "anna"]),
        (SearchFilter(since=NOW + DAY, until=NOW + 2 * DAY), ["clara"]),
        (SearchFilter(since=NOW + 9 * DAY), []),
        (SearchFilter(terms=TermSearch("Kase")), ["dora", "anna"]),
        (SearchFilter(terms=TermSearch("Kase"), channel="webchat"), ["anna"]),
    ],
)
def test_every_wish_is_heeded(engine: Engine, wanted: SearchFilter, found: list[str]) -> None:
    ask = MessageRecorder(engine)
    ask("Kase", by="anna")
    ask("Blabla", UNKNOWN, by="boris")
    ask("Офис", replace(TRACE, language="ru", line=LineId("office")), by="clara", at=NOW + DAY)
    ask("Kase stāv", by="dora", channel="telegram", at=NOW + 2 * DAY, people=HandoffReason.TRADING_STOPPED)

    assert senders(looked_up(engine, wanted)) == found


def test_pages_hold_every_talk_once(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    for number in range(23):
        ask(f"Jautājums {number}", by=f"person {number % 7}")
    pages, before = [], None
    for _ in count():
        page = looked_up(engine, limit=3, before=before)
        pages.append(senders(page))
        before = page.next_before
        if before is None:
            break

    seen = [sender for page in pages for sender in page]
    assert seen == [f"person {number % 7}" for number in range(22, 15, -1)]
    assert pages[0] == ["person 1", "person 0", "person 6"]


def test_a_page_stops_looking_after_a_while_and_says_how_far_back_it_got(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_ROWS_SCANNED_WITH_TEXT", 4)
    monkeypatch.setattr(search, "_FIRST_BATCH_ROWS", 1)
    ask = MessageRecorder(engine)
    ask("Kase")
    for days in range(1, 9):
        ask("Labdien", by="boris", at=NOW + days * DAY)
    wanted = SearchFilter(terms=TermSearch("Kase"))

    first = looked_up(engine, wanted)
    second = looked_up(engine, wanted, before=first.next_before)
    third = looked_up(engine, wanted, before=second.next_before)

    assert (first.hits, first.next_before, first.oldest_scanned) == ((), 6, NOW + 5 * DAY)
    assert (second.hits, second.oldest_scanned) == ((), NOW + DAY)
    assert senders(third) == ["anna"]
    assert third.next_before is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("printeris Rozengrāls", ["anna"]),
        ("Rozengrāls printeris", ["anna"]),
        ("розенгралс printera", ["anna"]),
        ("printeris", ["boris", "anna"]),
        ("printeris Fazenda", []),
        ("printeris ilze_b", ["anna"]),
        ("Rozengrāls 29 111 222", ["anna"]),
        ("printeris 00371 29111222", ["anna"]),
        ("Kaļķu", ["boris"]),
        ("virtuve Rozengrāls", ["anna"]),
        ("atbilde", []),
        ("!!", []),
    ],
)
def test_all_words_stand_anywhere_in_the_conversation(engine: Engine, words: str, found: list[str]) -> None:
    ask = MessageRecorder(engine)
    anna = ask("Printeris nestrādā")
    boris = ask("Printeris klusē", by="boris")
    ask("Restorāns Rozengrāls, zvaniet 29-111-222")
    ask("Rozengrāls te nav", by="clara")
    with write_transaction(engine) as connection:
        connection.execute(update(conversations).where(conversations.c.id == anna).values(handle="ilze_b"))
        connection.execute(update(conversations).where(conversations.c.id == boris).values(place="Kaļķu iela 1"))
        notes.add(connection, anna, "Otto", "Printeris virtuvē", NOW)
    wanted = SearchFilter(terms=TermSearch(words))

    assert sorted(senders(looked_up(engine, wanted))) == sorted(found)


def test_words_far_apart_are_found_once_over_all_pages(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MAX_ROWS_SCANNED_WITH_WORDS", 3)
    monkeypatch.setattr(text_match, "_ROWS_AT_ONCE", 2)
    ask = MessageRecorder(engine)
    ask("Rozengrāls")
    for number in range(9):
        ask("Printeris", by=f"person {number}")
    ask("Printeris")
    found, before = list[str](), None
    for _ in count():
        page = looked_up(engine, SearchFilter(terms=TermSearch("printeris rozengrāls")), before=before)
        found += senders(page)
        before = page.next_before
        if before is None:
            break

    assert found == ["anna"]


def test_nothing_of_an_erased_person_is_found(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    talk = ask("Printeris Rozengrālā")
    wanted = SearchFilter(terms=TermSearch("printeris rozengrāls"))
    with write_transaction(engine) as connection:
        notes.add(connection, talk, "Otto", "Rozengrāls", NOW)
        assert senders(search.search(connection, wanted)) == ["anna"]
        personal_data.erase(connection, personal_data.find_conversations(connection, talk))
        assert search.search(connection, wanted).hits == ()
        left = [str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    assert not [row for row in left if "ozengr" in row or "rinter" in row]
