"""A venue link in a message: it tells venue and till until it is revoked, is never stored, and a forged one tells nothing."""

from dataclasses import replace
from datetime import UTC

import pytest
from sqlalchemy import text as sql

from bot.channels.description import ChannelDirectory
from bot.customers.arrival import VenueArrivals, venue_of_token
from bot.customers.link_tokens import VenueLinkTokens
from bot.database.conversation_queries import VENUE_LINK_PREFIX, ConversationQueries
from bot.helpdesk.notification_content import build_notification
from bot.notify.interface import HandoffNotification
from handlers.model.details import PersonDetails
from handlers.model.handoff import HandoffState, NotificationKind
from handlers.model.messages import MessageKind
from storage.customers import venue_links, venues
from storage.customers.venue_links import VenueLink
from storage.customers.venues import Device, Venue
from storage.database import engine
from storage.delivery.notifications import ClaimedNotification
from storage.helpdesk import handoffs
from tests.doubles import NOW
from tests.unit.bot.conftest import ProgramFixture

TOKENS = VenueLinkTokens("a secret")
ROSE = Venue(
    name="Rozengrāls",
    address="Rozena 1",
    contract="A-17",
    note="maksā vēlu",
    phones=("+37129111222",),
    devices=(Device(name="Bārs", fiscal_number="1234567"), Device(name="Terase")),
)


@pytest.fixture
def link(program: ProgramFixture) -> VenueLink:
    """The link of the till in the bar, which the program can read."""
    program.intake = replace(
        program.intake, venue_arrivals=VenueArrivals(tokens=TOKENS, page_link=lambda token: f"https://here/v/{token}")
    )
    with engine.write_transaction(program.database) as connection:
        venues.save(connection, ROSE, NOW)
        (stored,) = venues.list_venues(connection)
        first, _second = venue_links.ensure_links(connection, stored, NOW)
    return first


def revoke(program: ProgramFixture, link: VenueLink) -> None:
    with engine.write_transaction(program.database) as connection:
        assert venue_links.revoke(connection, link.venue_id, [link.id], NOW) == 1


async def test_a_link_tells_venue_and_till_and_its_token_is_not_stored(
    program: ProgramFixture, link: VenueLink
) -> None:
    token = TOKENS.make(link.id)
    reply = await program.exchange(f"/start {token}")
    assert reply.text.startswith("Jūs rakstāt no: Rozengrāls, Bārs.")
    stopped = await program.exchange("dead")
    assert "Which number shall we call?" in stopped.text
    assert "Which restaurant" not in stopped.text
    with engine.read_transaction(program.database) as connection:
        for table in ("messages", "turns", "sessions", "conversations"):
            assert token not in str(connection.execute(sql(f"select * from {table}")).all())  # noqa: S608 - our own names


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("Rozengrāls, Bārs ({token})", "Jūs rakstāt no: Rozengrāls, Bārs."),
        ("Rozengrāls, Bārs ({token}) dead", "Call now: +371 20000002"),
        ("{token}\ndead", "Call now: +371 20000002"),
    ],
)
async def test_what_is_written_beside_the_filled_in_words_is_the_message(
    program: ProgramFixture, link: VenueLink, text: str, starts: str
) -> None:
    reply = await program.exchange(text.format(token=TOKENS.make(link.id)))
    assert starts in reply.text
    assert "Rozengrāls, Bārs" in reply.text


async def test_a_forged_and_a_revoked_link_tell_nothing_and_nobody_is_known_by_it_any_more(
    program: ProgramFixture, link: VenueLink
) -> None:
    plain = (await program.exchange("/start", sender="olga")).text
    for text in (f"/start {VenueLinkTokens('guess').make(link.id)}", f"/start {TOKENS.make(link.id + 7)}"):
        assert (await program.exchange(text, sender="eve")).text == plain
    await program.exchange(f"/start {TOKENS.make(link.id)}")
    assert "Rozengrāls" in (await program.exchange("/venue")).text
    revoke(program, link)
    assert "Rozengrāls" not in (await program.exchange("/venue")).text
    assert (await program.exchange(f"/start {TOKENS.make(link.id)}", sender="eve")).text == plain
    assert "Rozengrāls" not in (await program.exchange("/venue", sender="eve")).text


async def test_a_tap_carries_no_link(program: ProgramFixture, link: VenueLink) -> None:
    tap = replace(program.inbound(TOKENS.make(link.id)), kind=MessageKind.TAP, choice="entry:hours")
    await program.intake(tap)
    assert "Rozengrāls" not in (await program.exchange("/venue")).text


async def test_colleagues_see_each_others_calls_and_nothing_of_contract_numbers_and_words(
    program: ProgramFixture, link: VenueLink
) -> None:
    await program.exchange(f"/start {TOKENS.make(link.id)}")
    await program.exchange("dead")
    await program.exchange(f"/start {TOKENS.make(link.id)}", sender="boris")
    seen = (await program.exchange("/venue", sender="boris")).text
    assert "Darbnīca: gaida" in seen
    assert f"https://here/v/{TOKENS.make(link.id)}" in seen
    for hidden in ("A-17", "maksā", "29111222", "1234567", "dead", "anna"):
        assert hidden not in seen


async def test_the_notification_and_the_draft_name_venue_and_till(program: ProgramFixture, link: VenueLink) -> None:
    await program.exchange(f"/start {TOKENS.make(link.id)}")
    await program.exchange("dead")
    talk = program.submitted[-1]
    with engine.read_transaction(program.database) as connection:
        (handoff,) = handoffs.list_by_state(connection)
        claimed = ClaimedNotification(
            id=1,
            handoff=handoff.id,
            conversation=talk,
            kind=NotificationKind.INITIAL,
            target="x",
            attempts=1,
            created_at=NOW,
            version=1,
            provider_message_id=None,
            in_reply_to=None,
        )
        content = build_notification(connection, claimed, ChannelDirectory(()))
    assert isinstance(content, HandoffNotification)
    assert (content.venue, content.till) == ("Rozengrāls, Rozena 1", "Bārs")
    told = await ConversationQueries(transactions=program.intake.transactions).person_details(talk)
    assert told == PersonDetails(place="Rozengrāls, Rozena 1", device="Bārs")


async def test_forgetting_forgets_the_venue_too(program: ProgramFixture, link: VenueLink) -> None:
    await program.exchange(f"/start {TOKENS.make(link.id)}")
    await program.exchange("/forget")
    assert "Rozengrāls" not in (await program.exchange("/venue")).text


async def test_the_page_of_a_link_and_its_draft_tell_as_much_and_nothing_once_it_is_revoked(
    program: ProgramFixture, link: VenueLink
) -> None:
    await program.exchange(f"/start {TOKENS.make(link.id)}")
    await program.exchange("dead")
    queries = ConversationQueries(transactions=program.intake.transactions)
    draft = f"{VENUE_LINK_PREFIX}{link.id}"
    assert await queries.person_details(draft) == PersonDetails(place="Rozengrāls, Rozena 1", device="Bārs")
    assert await queries.story_messages(draft) == ()
    with engine.read_transaction(program.database) as connection:
        shown = venue_of_token(connection, TOKENS, TOKENS.make(link.id), NOW, UTC)
        assert shown is not None
        assert (shown.till, [call.state for call in shown.calls]) == ("Bārs", [HandoffState.OPEN])
        assert venue_of_token(connection, TOKENS, "v1-guess", NOW, UTC) is None
    revoke(program, link)
    with engine.read_transaction(program.database) as connection:
        assert venue_of_token(connection, TOKENS, TOKENS.make(link.id), NOW, UTC) is None
    assert await queries.person_details(draft) == PersonDetails()
