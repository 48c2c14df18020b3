"""Venue links on both databases: one for each till, kept with who came by it, and revoked for good."""

import pytest
from sqlalchemy import Engine

from storage import personal_data
from storage.conversations import conversations
from storage.customers import recognition, venue_links, venues
from storage.customers.venues import Device, Venue
from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk import venue_history, venue_people
from tests.contract.talks import HELLO, NOW, SECOND, said, take_in

TWO_TILLS = Venue(name="Rozengrāls", address="Rozena 1", devices=(Device(name="Kase 1"), Device(name="Kase 2")))


@pytest.fixture
def venue(engine: Engine) -> Venue:
    with write_transaction(engine) as connection:
        venues.save(connection, TWO_TILLS, NOW)
        (stored,) = venues.list_venues(connection)
    return stored


def test_each_till_has_one_link_and_a_venue_without_tills_has_its_own(engine: Engine, venue: Venue) -> None:
    with write_transaction(engine) as connection:
        made = venue_links.ensure_links(connection, venue, NOW)
        venues.save(connection, Venue(name="Bez kases"), NOW)
        bare = next(one for one in venues.list_venues(connection) if not one.devices)
        assert [link.till for link in made] == ["Kase 1", "Kase 2"]
        assert venue_links.ensure_links(connection, venue, NOW) == made == venue_links.list_links(connection, venue.id)
        assert [link.till for link in venue_links.ensure_links(connection, bare, NOW)] == [None]


def test_whoever_came_by_a_link_is_recognized_until_it_is_revoked(engine: Engine, venue: Venue) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        first, second = venue_links.ensure_links(connection, venue, NOW)
        venue_links.attach(connection, talk.id, first)
        known = conversations.get(connection, talk.id)
        assert (known.venue_id, known.venue_till, known.venue_link_id) == (venue.id, "Kase 1", first.id)
        found = recognition.recognize(connection, sender="x", address="x", venue_id=known.venue_id)
        assert found == venue
        assert venue_links.revoke(connection, venue.id + 1, [first.id], NOW) == 0
        assert venue_links.revoke(connection, venue.id, [first.id], NOW) == 1
        assert venue_links.revoke(connection, venue.id, [first.id], NOW) == 0
        assert conversations.get(connection, talk.id).venue_id is None
        assert venue_links.get_link(connection, first.id) is None
        assert venue_links.get_link(connection, second.id) == second
        assert [link.till for link in venue_links.ensure_links(connection, venue, NOW)] == ["Kase 1", "Kase 2"]
        assert venue_links.get_link(connection, first.id) is None, "a number is never used again"


def test_an_agent_confirms_a_venue_and_takes_it_back(engine: Engine, venue: Venue) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        venue_links.confirm(connection, talk.id, venue.id)
        assert conversations.get(connection, talk.id).venue_id == venue.id
        venue_links.confirm(connection, talk.id, None)
        assert conversations.get(connection, talk.id).venue_id is None


def test_a_venue_that_is_removed_takes_its_links_along(engine: Engine, venue: Venue) -> None:
    talk, _ = take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        first, _second = venue_links.ensure_links(connection, venue, NOW)
        venue_links.attach(connection, talk.id, first)
        assert venues.remove(connection, venue.id)
    with read_transaction(engine) as connection:
        assert venue_links.get_link(connection, first.id) is None
        assert conversations.get(connection, talk.id).venue_link_id is None


def test_whoever_came_by_a_link_and_is_erased_is_gone_from_all_that_the_venue_shows(
    engine: Engine, venue: Venue
) -> None:
    gone, _ = take_in(engine, HELLO, people=True)
    stays, _ = take_in(engine, said("kase stāv", by="boris"), people=True)
    with write_transaction(engine) as connection:
        first, second = venue_links.ensure_links(connection, venue, NOW)
        venue_links.attach(connection, gone.id, first)
        venue_links.attach(connection, stays.id, second)
        assert len(venue_people.handoffs_of_venue(connection, venue)) == 2
        personal_data.erase(connection, [gone])
    with read_transaction(engine) as connection:
        assert [one.conversation for one in venue_people.handoffs_of_venue(connection, venue)] == [stays.id]
        assert [one.id for one in venue_people.conversations_of_venue(connection, venue)] == [stays.id]
        history = venue_history.history_of_venue(connection, venue, before=NOW + SECOND)
        assert history is not None
        assert history.calls == 1
        assert venues.get(connection, venue.id) == venue, "the venue itself, its devices and links stay"
        assert venue_links.list_links(connection, venue.id) == (first, second)
