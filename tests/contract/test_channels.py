"""What every channel keeps, on both databases: the whole program, from what a person does to what they read."""

import asyncio
import re
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from bot.app.channels import CHANNELS
from bot.console.views.conversations import find_persons_conversations
from bot.helpdesk.incidents.content import contact_method
from kb.model import LANGUAGES
from storage.conversations import conversations
from storage.database.engine import read_transaction
from tests.contract.people import PEOPLE, ChannelUser
from tests.patience import PATIENCE_SECONDS
from tests.policy.test_channels import channel_packages

CARD = "4111 1111 1111 1111"
NUMBER = re.compile(r"\+[1-9]\d{6,14}")


@pytest.fixture(params=list(PEOPLE))
async def anna(request: pytest.FixtureRequest, url: str, engine: Engine) -> AsyncIterator[ChannelUser]:
    """Somebody on each channel."""
    with capture_logs():
        async with PEOPLE[str(request.param)](url) as person:
            # Where a channel begins with a greeting, the talk begins after it.
            if request.param == "webchat":
                await reads(person, 1)
            yield person


async def reads(person: ChannelUser, wanted: int) -> list[str]:
    """All that the bot has said, once it is so many messages."""
    end = monotonic() + PATIENCE_SECONDS
    while len(told := await person.received_texts()) < wanted:
        assert monotonic() < end, told
        await asyncio.sleep(0.01)
    return told


async def before(person: ChannelUser) -> int:
    return len(await person.received_texts())


def rows(engine: Engine, query: str) -> list[Any]:
    with read_transaction(engine) as connection:
        return list(connection.execute(text(query)).scalars())


async def test_messages_are_answered_in_their_order_and_each_is_kept(anna: ChannelUser, engine: Engine) -> None:
    start = await before(anna)
    for said in ("hours", "printer", "hours"):
        await anna.send(said)
    told = (await reads(anna, start + 3))[start:]
    assert told[0] == told[2] != told[1]
    assert rows(engine, "SELECT text FROM messages WHERE side = 'person' ORDER BY id")[-3:] == [
        "hours",
        "printer",
        "hours",
    ]
    await settled(engine)
    assert {*rows(engine, "SELECT state FROM messages WHERE side = 'bot'")} == {"sent"}


async def settled(engine: Engine) -> None:
    """What a person reads is noted as sent a moment later."""
    end = monotonic() + PATIENCE_SECONDS
    while rows(engine, "SELECT id FROM messages WHERE due_at IS NOT NULL"):
        assert monotonic() < end
        await asyncio.sleep(0.01)


async def test_a_message_that_is_delivered_twice_is_decided_and_answered_once(
    anna: ChannelUser, engine: Engine
) -> None:
    if not anna.redelivers:
        pytest.skip("each line at a terminal is a message of its own")
    start = await before(anna)
    await anna.send("printer")
    await reads(anna, start + 1)
    await anna.redeliver_last()
    await anna.send("hours")
    await reads(anna, start + 2)
    await asyncio.sleep(0.1)
    assert len(await anna.received_texts()) == start + 2
    assert rows(engine, "SELECT count(*) FROM turns WHERE act <> 'talk'") == [2]


async def test_a_choice_that_is_offered_can_be_made(anna: ChannelUser, engine: Engine) -> None:
    start = await before(anna)
    await anna.send("which")
    await reads(anna, start + 1)
    await anna.choose("Printer")
    told = await reads(anna, start + 2)
    assert "Workshop" in told[-1]
    assert rows(engine, "SELECT entry FROM turns ORDER BY id")[-1] == "printer"


async def test_a_ticket_is_steered_to_the_email_with_a_draft(anna: ChannelUser) -> None:
    start = await before(anna)
    await anna.send("hours")
    await anna.send("ticket")
    told = (await reads(anna, start + 2))[-1]
    assert "tickets@paraugs.example" in told
    assert ("/t/" in told) is anna.links
    assert ("hours" in told) is not anna.links, "without a page the draft itself is there to be copied"


async def test_a_secret_is_masked_before_it_is_kept(anna: ChannelUser, engine: Engine) -> None:
    start = await before(anna)
    await anna.send(f"hours {CARD}")
    await reads(anna, start + 1)
    assert CARD not in " ".join(rows(engine, "SELECT text FROM messages"))


async def test_who_wants_to_be_forgotten_is(anna: ChannelUser, engine: Engine) -> None:
    start = await before(anna)
    await anna.send("hours")
    await reads(anna, start + 1)
    await anna.send("/forget")
    await asyncio.sleep(0)
    end = monotonic() + PATIENCE_SECONDS
    while rows(engine, "SELECT text FROM messages WHERE text = 'hours'"):
        assert monotonic() < end
        await asyncio.sleep(0.01)
    await settled(engine)
    assert rows(engine, "SELECT count(*) FROM turns") == [0]
    assert rows(engine, "SELECT count(*) FROM messages WHERE side = 'bot'") == [1]


async def test_whoever_writes_from_a_number_is_reached_by_it_and_found_by_it(anna: ChannelUser, engine: Engine) -> None:
    await anna.send("hours")
    await reads(anna, 1)
    (identifier,) = rows(engine, "SELECT id FROM conversations")
    with read_transaction(engine) as connection:
        conversation = conversations.get(connection, identifier)
        number = NUMBER.search(conversation.sender)
        assert contact_method(conversation, CHANNELS).phone == (number[0] if number else None)
        if number is None:
            return
        typed = (
            number[0],
            number[0][1:],
            f"00{number[0][1:]}",
            number[0].removeprefix("+371"),
            f"{number[0][:4]} {number[0][4:]}",
        )
        for words in typed:
            assert [one.id for one in find_persons_conversations(connection, words, CHANNELS)] == [identifier]


def test_every_channel_is_described_in_every_language_and_held_to_this_contract() -> None:
    described = {one.name: one for one in CHANNELS}
    assert channel_packages() == {*described} == {*PEOPLE}, (
        "name it in bot/app/channels.py and tests/contract/people.py"
    )
    for one in described.values():
        assert {*one.titles} == {*LANGUAGES}
        assert all(one.titles[language].strip() for language in LANGUAGES)
