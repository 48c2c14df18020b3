"""Venues on both databases: recognized by number, kept once, and a person's own number erased with the person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from handlers.model.venue import VenueHistory
from kb.model import EntryId
from storage import personal_data
from storage.customers import recognition, venues
from storage.customers.venues import Device, SaveResult, Venue
from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk import venue_history, venue_people
from tests.contract.talks import HELLO, NOW, take_in

OWN, OTHER = "+37129111222", "+37129333444"
ROZENGRALS = Venue(name="Rozengrāls", address="Rozena 1", phones=(OWN, OTHER), devices=(Device(name="Kase 1"),))


@pytest.fixture
def venue(engine: Engine) -> Venue:
    """A stored venue."""
    with write_transaction(engine) as connection:
        assert venues.save(connection, ROZENGRALS, NOW) is SaveResult.ADDED
        (stored,) = venues.list_venues(connection)
    return stored


def test_a_venue_saved_again_is_there_once(engine: Engine, venue: Venue) -> None:
    with write_transaction(engine) as connection:
        assert venues.save(connection, ROZENGRALS, NOW) is SaveResult.UNCHANGED
        assert venues.list_venues(connection) == (venue,)


def test_whoever_writes_from_a_known_number_is_recognized(engine: Engine, venue: Venue) -> None:
    with read_transaction(engine) as connection:
        assert recognition.recognize(connection, sender=f"whatsapp:{OWN}", address="x") == venue
        assert recognition.recognize(connection, sender="whatsapp:+37120000000", address="x") is None


def test_a_number_of_two_venues_is_not_guessed(engine: Engine, venue: Venue) -> None:
    with write_transaction(engine) as connection:
        venues.save(connection, replace(ROZENGRALS, address="Brīvības 5"), NOW)
        assert recognition.recognize(connection, sender=f"whatsapp:{OWN}", address="x") is None


def test_erasing_a_person_takes_their_own_number_from_the_venue_only(engine: Engine, venue: Venue) -> None:
    talk, _ = take_in(engine, replace(HELLO, channel="whatsapp", sender=f"whatsapp:{OWN}"))
    with write_transaction(engine) as connection:
        assert personal_data.export(connection, [talk])["venues"]
        personal_data.erase(connection, [talk])
        (left,) = venues.list_venues(connection)
    assert left.phones == (OTHER,)
    assert left.devices == venue.devices


def test_whoever_writes_under_a_known_username_is_recognized_and_forgotten_with_it(
    engine: Engine, venue: Venue
) -> None:
    talk, _ = take_in(engine, replace(HELLO, channel="telegram", sender="4711", username="Roze_Bars"))
    with write_transaction(engine) as connection:
        venues.save(connection, replace(ROZENGRALS, accounts=("roze_bars", "cits")), NOW)
        found = venue_people.find_venue(connection, talk)
        assert found is not None
        assert found.id == venue.id
        assert [one.id for one in venue_people.conversations_of_venue(connection, found)] == [talk.id]
        personal_data.erase(connection, [talk])
        (left,) = venues.list_venues(connection)
        assert left.accounts == ("cits",)
        assert venue_people.conversations_of_venue(connection, left) == ()


def test_the_calls_of_a_venue_are_those_of_its_people_alone(engine: Engine, venue: Venue) -> None:
    own, _ = take_in(engine, replace(HELLO, channel="whatsapp", sender=f"whatsapp:{OWN}"), people=True)
    take_in(engine, replace(HELLO, sender="somebody", message_id="m2"), people=True)
    grouped = replace(HELLO, channel="telegram", conversation="-100200", sender="77", message_id="m3")
    take_in(engine, grouped, people=True)
    with write_transaction(engine) as connection:
        venues.save(connection, replace(ROZENGRALS, groups=("-100200",)), NOW)
        stored = venues.get(connection, venue.id)
        assert stored is not None
        assert len(venue_people.handoffs_of_venue(connection, stored)) == 2
        venues.save(connection, Venue(name="Cits", phones=(OWN,)), NOW)
        calls = venue_people.handoffs_of_venue(connection, stored)
        assert [one.conversation for one in calls if one.conversation == own.id] == [], "a shared number tells of none"


def test_the_histories_of_many_venues_are_those_of_each(engine: Engine, venue: Venue) -> None:
    with write_transaction(engine) as connection:
        others = [replace(ROZENGRALS, name=f"Cits {n}", phones=(f"+3712955560{n}",), accounts=()) for n in range(3)]
        for one in others:
            venues.save(connection, one, NOW)
        stored = [one for one in venues.list_venues(connection) if one.id != venue.id]
    talks = {}
    for n, people in ((0, True), (1, False)):
        inbound = replace(HELLO, channel="whatsapp", sender=f"whatsapp:+3712955560{n}", conversation=f"c{n}")
        talks[n], _ = take_in(engine, inbound, at=NOW - timedelta(hours=1 + n), people=people)
    with read_transaction(engine) as connection:
        contacts = venue_history.recent_contacts(connection, stored, NOW)
        found = [contacts.history(one, before=NOW) for one in stored]
        assert found == [venue_history.history_of_venue(connection, one, before=NOW) for one in stored]
        assert [None if one is None else one.calls for one in found] == [1, 0, None]
        assert venue_people.find_venues(connection, list(talks.values())) == {
            talks[0].id: stored[0],
            talks[1].id: stored[1],
        }
        assert venue_history.recent_contacts(connection, (), NOW) == venue_history.RecentContacts(calls={}, writers={})


def test_who_has_a_number_of_two_venues_wrote_for_neither(engine: Engine, venue: Venue) -> None:
    take_in(engine, replace(HELLO, channel="whatsapp", sender=f"whatsapp:{OWN}"), at=NOW - timedelta(days=1))
    with write_transaction(engine) as connection:
        assert venue_history.history_of_venue(connection, venue, before=NOW) is not None
        venues.save(connection, Venue(name="Cits", phones=(OWN,)), NOW)
        assert venue_history.history_of_venue(connection, venue, before=NOW) is None


def test_the_history_of_a_venue_is_what_its_people_did_in_the_days_before(engine: Engine, venue: Venue) -> None:
    day, first = timedelta(days=1), replace(HELLO, channel="whatsapp", sender=f"whatsapp:{OWN}")
    second = replace(HELLO, channel="whatsapp", sender=f"whatsapp:{OTHER}", conversation="x")

    def history(*, beside: str | None = None) -> VenueHistory | None:
        with read_transaction(engine) as connection:
            return venue_history.history_of_venue(connection, venue, before=NOW, beside=beside)

    take_in(engine, replace(HELLO, sender="somebody", conversation="y"), at=NOW - day, people=True)
    assert history() is None, "what others did is theirs"
    talk, _ = take_in(engine, second, at=NOW - 2 * day)
    assert history() == VenueHistory(last_at=NOW - 2 * day, calls=0)
    assert history(beside=talk.id) is None, "the conversation itself tells nothing new"
    take_in(engine, first, at=NOW - 8 * day, people=True)
    assert history() == VenueHistory(last_at=NOW - 2 * day, calls=0), "a call of long ago is no news"
    take_in(engine, replace(second, message_id="m2"), at=NOW - day, people=True)
    assert history() == VenueHistory(last_at=NOW - day, calls=1, topic=EntryId("refund"))
    take_in(engine, replace(first, message_id="m2"), at=NOW)
    assert history(beside=talk.id) == VenueHistory(last_at=NOW - day, calls=1, topic=EntryId("refund"))
