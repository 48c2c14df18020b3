"""Venues on both databases: recognized by number, kept once, and a person's own number erased with the person."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from storage import personal_data
from storage.customers import recognition, venues
from storage.customers.venues import Device, SaveResult, Venue
from storage.database.engine import read_transaction, write_transaction
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
