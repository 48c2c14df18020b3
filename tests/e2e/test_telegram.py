"""The Telegram channel against a strict Bot API server."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from time import monotonic
from typing import Any

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from bot.channels.interface import ChannelSettingError, DeliveryError, OutgoingMessage
from bot.channels.telegram.api.chat_places import TOPIC_RETRY
from bot.channels.telegram.api.timing import Timing
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.incoming.update_handler import UpdateCallbacks
from bot.channels.telegram.outgoing.group_messages import ActionButton, ButtonTap, TapReply
from bot.concurrency.backoff import Backoff
from handlers.model.messages import Inbound, MessageKind, Option
from storage.delivery.places import KnownPlace
from tests.e2e.telegram_peer import TOKEN, USERNAME, ScriptedFailure, TelegramPeer
from tests.e2e.telegram_peer_rules import MisuseError

FAST_TIMING = Timing(
    long_poll_seconds=2,
    repoll_seconds=0.02,
    backoff=Backoff(first_seconds=0.02, max_seconds=0.1),
    max_wait_seconds=2,
    typing_delay_seconds=0.1,
    shutdown_grace_seconds=2,
    chat_interval_seconds=0.05,
    group_interval_seconds=0.05,
)
HEADER = "X-Telegram-Bot-Api-Secret-Token"
CHOICES = (Option(id="line:technical", title="Tehniskā daļa"), Option(id="line:helpdesk", title="HelpDesk"))


@dataclass
class FakeProgram:
    """A program behind the channel: it stores what it hears, and fails as told."""

    received: list[Inbound] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    rejections: list[int] = field(default_factory=list)
    delay_seconds: float = 0.0
    may_store: asyncio.Event = field(default_factory=asyncio.Event)
    """Nothing is stored while this is cleared."""
    sequence: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.may_store.set()

    async def receive(self, inbound: Inbound) -> None:
        await asyncio.sleep(self.delay_seconds)
        await self.may_store.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.received.append(inbound)

    def texts(self) -> list[str]:
        return [inbound.text for inbound in self.received]

    def outgoing_message(
        self, text: str, *options: Option, turn: str | None = "31", answers: int | str | None = None
    ) -> OutgoingMessage:
        return OutgoingMessage(
            sequence=next(self.sequence),
            from_user=False,
            text=text,
            options=options,
            at=datetime.now(UTC),
            turn=turn,
            in_reply_to=None if answers is None else str(answers),
        )


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What was logged; written nowhere, because a traceback with all its values takes a second."""
    with capture_logs() as logs:
        yield logs


@pytest.fixture
async def peer() -> AsyncIterator[TelegramPeer]:
    async with TelegramPeer() as peer:
        yield peer


@pytest.fixture
def bot() -> FakeProgram:
    return FakeProgram()


@pytest.fixture
async def channel(peer: TelegramPeer, bot: FakeProgram) -> AsyncIterator[Telegram]:
    watch = UpdateCallbacks(update_dropped=bot.dropped.append, webhook_rejected=lambda: bot.rejections.append(1))
    channel = Telegram(bot.receive, token=peer.token, api_url=peer.url, callbacks=watch, timing=FAST_TIMING)
    yield channel
    await channel.close()


@pytest.fixture
async def site(channel: Telegram) -> AsyncIterator[str]:
    """The channel's routes on a server; its address."""
    application = web.Application()
    application.add_routes(channel.routes())
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


# Sending


async def test_a_reply_with_choices_arrives(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    receipt = await channel.send(
        "42", bot.outgoing_message("Zvaniet <tagad> +371 20110525 & rakstiet\nhttps://a.lv/?x=1&y=2", *CHOICES)
    )
    (message,) = peer.sent
    assert receipt == str(message["message_id"])
    assert message["text"] == "Zvaniet <tagad> +371 20110525 & rakstiet\nhttps://a.lv/?x=1&y=2"
    assert [entity["url"] for entity in message["entities"]] == ["https://a.lv/?x=1&y=2"]
    rows = message["reply_markup"]["inline_keyboard"]
    assert [row[0]["callback_data"] for row in rows] == ["31|line:technical", "31|line:helpdesk"]
    assert peer.calls_of("sendMessage")[0]["link_preview_options"] == {"is_disabled": True}
    assert not peer.contract_violations


async def test_a_long_reply_comes_in_parts_with_the_choices_under_the_last(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    paragraphs = [f"{number} " + "ā<&" * 700 for number in range(5)]
    await channel.send("42", bot.outgoing_message("\n\n".join(paragraphs), *CHOICES))
    assert len(peer.sent) > 2
    assert "\n\n".join(peer.bot_texts()) == "\n\n".join(paragraphs)
    assert ["reply_markup" in message for message in peer.sent] == [False] * (len(peer.sent) - 1) + [True]
    assert not peer.contract_violations


async def test_a_part_that_has_arrived_is_not_sent_again(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    shown = bot.outgoing_message("\n\n".join(f"{number}" + "x" * 4000 for number in range(3)))
    peer.script_failures("sendMessage", ScriptedFailure(), ScriptedFailure(status=502))
    with pytest.raises(DeliveryError) as caught:
        await channel.send("42", shown)
    assert not caught.value.permanent
    await channel.send("42", shown)
    assert [text[0] for text in peer.bot_texts()] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("fault", "permanent"),
    [
        (ScriptedFailure(status=400), True),
        (ScriptedFailure(status=403), True),
        (ScriptedFailure(status=500), False),
        (ScriptedFailure(status=502), False),
        (ScriptedFailure(drop_connection=True), False),
    ],
)
async def test_errors_tell_whether_trying_again_can_help(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, fault: ScriptedFailure, permanent: bool
) -> None:
    peer.script_failures("sendMessage", fault)
    with pytest.raises(DeliveryError) as caught:
        await channel.send("42", bot.outgoing_message("hi"))
    assert caught.value.permanent is permanent
    assert TOKEN not in str(caught.value)


async def test_who_blocked_the_bot_is_left_alone(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    peer.blocked.add(42)
    with pytest.raises(DeliveryError, match="blocked") as caught:
        await channel.send("42", bot.outgoing_message("hi"))
    assert caught.value.permanent


@pytest.mark.parametrize("address", ["", "anna", "42/x"])
async def test_an_address_that_is_none_is_a_permanent_error(bot: FakeProgram, channel: Telegram, address: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(address, bot.outgoing_message("hi"))
    assert caught.value.permanent


async def test_an_answer_that_is_lost_means_at_least_once(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    peer.script_failures("sendMessage", ScriptedFailure(drop_connection=True, used=True))
    shown = bot.outgoing_message("hi")
    with pytest.raises(DeliveryError):
        await channel.send("42", shown)
    await channel.send("42", shown)
    assert peer.bot_texts() == ["hi", "hi"]


async def test_an_answer_that_the_library_cannot_read_still_tells_the_message(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    peer.script_failures("sendMessage", ScriptedFailure(odd_shape=True), ScriptedFailure(odd_shape=True))
    peer.script_failures("editMessageText", ScriptedFailure(odd_shape=True))
    receipt = await channel.send("42", bot.outgoing_message("vienreiz"))
    posted = await channel.post("-500", "izsaukums")
    await channel.edit("-500", posted, "paņemts")
    assert [receipt, posted] == [str(message["message_id"]) for message in peer.sent]
    assert peer.bot_texts() == ["vienreiz", "paņemts"]


async def test_a_profile_that_cannot_be_read_is_told_in_the_log(
    peer: TelegramPeer, channel: Telegram, logs: list[Any]
) -> None:
    peer.script_failures("getMyCommands", ScriptedFailure(odd_shape=True))
    await channel.open(None)
    await peer.until(lambda: any(entry["event"] == "telegram.background_call_failed" for entry in logs))
    assert next(entry for entry in logs if entry["event"] == "telegram.background_call_failed")["error"] == "TypeError"


async def test_a_short_wait_that_telegram_asks_for_is_waited(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    peer.script_failures("sendMessage", ScriptedFailure(status=429, retry_after=1))
    begin = asyncio.get_running_loop().time()
    await channel.send("42", bot.outgoing_message("hi"))
    assert peer.bot_texts() == ["hi"]
    assert asyncio.get_running_loop().time() - begin >= 1


async def test_a_long_wait_is_handed_back_and_the_chat_kept_quiet(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    peer.script_failures("sendMessage", ScriptedFailure(status=429, retry_after=30))
    begin = asyncio.get_running_loop().time()
    for _ in range(2):
        with pytest.raises(DeliveryError) as caught:
            await channel.send("42", bot.outgoing_message("hi"))
        assert not caught.value.permanent
        assert caught.value.retry_after is not None
        gone = timedelta(seconds=asyncio.get_running_loop().time() - begin)
        assert timedelta(seconds=29) - gone < caught.value.retry_after <= timedelta(seconds=30)
    await channel.send("43", bot.outgoing_message("hi"))
    assert peer.bot_texts(42) == []
    assert peer.bot_texts(43) == ["hi"]


async def test_a_chat_that_moved_gets_its_reply(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    peer.migrated[-5] = -1000000000005
    for text in ("one", "two"):
        await channel.send("-5", bot.outgoing_message(text))
    assert peer.bot_texts(-1000000000005) == ["one", "two"]
    assert len(peer.calls_of("sendMessage")) == 3


@dataclass
class RecordingPlaceStore:
    """A store of places that keeps what it is told."""

    known: list[KnownPlace] = field(default_factory=list)

    async def load(self) -> list[KnownPlace]:
        return self.known

    async def record_move(self, before: str, after: str) -> None:
        self.known.append(KnownPlace(address=before, moved_to=after, learned_at=datetime.now(UTC)))

    async def record_gone(self, address: str) -> None:
        self.known.append(KnownPlace(address=address, moved_to=None, learned_at=datetime.now(UTC)))

    def learned(self) -> list[tuple[str, str | None]]:
        return [(place.address, place.moved_to) for place in self.known]


@dataclass
class BrokenPlaceStore(RecordingPlaceStore):
    """A store of places whose database is away."""

    async def load(self) -> list[KnownPlace]:
        raise OSError

    async def record_move(self, before: str, after: str) -> None:
        raise OSError

    async def record_gone(self, address: str) -> None:
        raise OSError


@pytest.mark.parametrize("error", ["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED"])
async def test_what_a_dead_topic_does_not_take_goes_to_its_group_and_says_so(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, error: str
) -> None:
    store = RecordingPlaceStore()
    channel.keep_places(store)
    peer.dead_topics[17] = error
    await channel.post("-1000000000777/17", "izsaukums", topic_gone="Temats ir slēgts.")
    await channel.send("-1000000000777/17", bot.outgoing_message("atbilde"))
    assert peer.bot_texts(-1000000000777) == ["Temats ir slēgts.\n\nizsaukums", "atbilde"]
    assert ["message_thread_id" in message for message in peer.sent] == [False, False]
    assert store.learned() == [("-1000000000777/17", None)]


async def test_a_topic_is_tried_again_later(peer: TelegramPeer, bot: FakeProgram) -> None:
    time = [datetime.now(UTC)]
    channel = Telegram(bot.receive, token=peer.token, api_url=peer.url, timing=FAST_TIMING, clock=lambda: time[0])
    peer.dead_topics[17] = "TOPIC_CLOSED"
    await channel.post("-1000000000777/17", "pirmais")
    peer.dead_topics.clear()
    await channel.post("-1000000000777/17", "otrais")
    time[0] += TOPIC_RETRY
    await channel.post("-1000000000777/17", "trešais", topic_gone="Temats ir slēgts.")
    await channel.close()
    assert [message.get("message_thread_id") for message in peer.sent] == [None, None, 17]
    assert peer.bot_texts()[-1] == "trešais"


async def test_a_place_that_cannot_be_kept_holds_no_message_back(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    channel.keep_places(BrokenPlaceStore())
    peer.migrated[-500] = -1000000000500
    peer.dead_topics[17] = "TOPIC_CLOSED"
    await channel.send("-500/17", bot.outgoing_message("atbilde"))
    assert peer.bot_texts(-1000000000500) == ["atbilde"]


async def test_a_staff_group_that_moved_stays_a_board(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    taps: list[ButtonTap] = []

    async def on_tap(tap: ButtonTap) -> TapReply:
        taps.append(tap)
        return TapReply(text="Paņemts")

    new = -1000000000500
    channel.watch_groups(frozenset({"-500"}), on_tap)
    peer.migrated[-500] = new
    await channel.open(None)
    await channel.post("-500", "izsaukums", ((ActionButton(title="Paņemu", callback_data="take:1"),),))
    peer.tap_button("Paņemu")
    await peer.until(lambda: taps)
    peer.send_text(f"@{USERNAME} kase nedrukā čeku", chat=new)
    peer.send_text("sveiki", user=43)
    await peer.until(lambda: not peer.pending)
    assert [tap.chat for tap in taps] == ["-500"]
    assert bot.texts() == ["sveiki"]


@pytest.mark.parametrize(("chat", "told"), [(-600, "migrate_to_chat_id"), (-1000000000600, "migrate_from_chat_id")])
async def test_a_group_tells_itself_that_it_moved(peer: TelegramPeer, channel: Telegram, chat: int, told: str) -> None:
    store = RecordingPlaceStore()
    channel.keep_places(store)
    await channel.open(None)
    peer.send_message(chat=chat, **{told: -1000000000600 if chat == -600 else -600})
    await peer.until(lambda: store.known)
    assert store.learned() == [("-600", "-1000000000600")]


async def test_what_another_process_learned_of_a_group_counts(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    async def on_tap(_tap: ButtonTap) -> TapReply:
        return TapReply(text="")

    channel.watch_groups(frozenset({"-500"}), on_tap)
    await channel.open(None)
    store = RecordingPlaceStore()
    await store.record_move("-500", "-1000000000500")
    channel.keep_places(store)
    peer.send_text(f"@{USERNAME} kase nedrukā čeku", chat=-1000000000500)
    peer.send_text("sveiki", user=43)
    await peer.until(lambda: not peer.pending)
    assert bot.texts() == ["sveiki"]


async def test_a_chat_gets_its_messages_at_the_allowed_pace(peer: TelegramPeer, bot: FakeProgram) -> None:
    channel = Telegram(
        bot.receive, token=peer.token, api_url=peer.url, timing=replace(FAST_TIMING, chat_interval_seconds=0.3)
    )
    # From before the first is sent: how long it takes to arrive is another matter.
    begin = monotonic()
    for text in "abc":
        await channel.send("42", bot.outgoing_message(text))
    await channel.close()
    assert peer.sent_at[-1] - begin > 0.5


async def test_a_reply_in_a_forum_goes_to_its_topic(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    await channel.send("-1000000000005/9", bot.outgoing_message("hi"))
    assert peer.sent[0]["message_thread_id"] == 9


GROUP = -1000000000005


async def test_in_a_group_a_reply_quotes_what_it_answers(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    asked = peer.send_text("@paligs_test_bot kase nestrādā", chat=GROUP)
    await channel.send(str(GROUP), bot.outgoing_message("x" * 4000 + "\n\n" + "y" * 4000, *CHOICES, answers=asked))
    first, last = peer.sent
    assert first["reply_to_message"]["message_id"] == asked
    assert "reply_to_message" not in last
    assert "reply_markup" in last
    assert not peer.contract_violations


async def test_a_mended_message_is_quoted_too(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    asked = peer.send_text("@paligs_test_bot kase nestrda", chat=GROUP)
    await channel.send(f"{GROUP}/9", bot.outgoing_message("hi", answers=f"{asked}:e1764000000"))
    assert peer.sent[0]["reply_to_message"]["message_id"] == asked
    assert not peer.contract_violations


async def test_what_is_deleted_or_moved_meanwhile_is_answered_without_a_quote(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    asked = peer.send_text("@paligs_test_bot kase nestrādā", chat=-5)
    peer.migrated[-5] = GROUP
    await channel.send("-5", bot.outgoing_message("moved", answers=asked))
    peer.posted.clear()
    await channel.send(str(GROUP), bot.outgoing_message("deleted", answers=asked))
    assert peer.bot_texts(GROUP) == ["moved", "deleted"]
    assert ["reply_to_message" in message for message in peer.sent] == [False, False]
    assert not peer.contract_violations


@pytest.mark.parametrize("answers", [None, "cb:77", "album:13"])
async def test_what_is_no_message_is_not_quoted(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, answers: str | None
) -> None:
    await channel.send(str(GROUP), bot.outgoing_message("hi", answers=answers))
    assert "reply_parameters" not in peer.calls_of("sendMessage")[0]


async def test_alone_with_the_bot_nothing_is_quoted(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    await channel.send("42", bot.outgoing_message("hi", answers=peer.send_text("labdien")))
    assert "reply_parameters" not in peer.calls_of("sendMessage")[0]


# Starting


async def test_without_an_address_it_polls(peer: TelegramPeer, channel: Telegram) -> None:
    await channel.open(None)
    await peer.until(lambda: peer.calls_of("getUpdates"))
    assert peer.calls_of("deleteWebhook") == [{}]
    assert not peer.contract_violations


async def test_with_an_address_it_sets_the_webhook(peer: TelegramPeer, channel: Telegram) -> None:
    await channel.open("https://bot.example.lv/")
    (webhook,) = peer.calls_of("setWebhook")
    assert webhook["url"] == "https://bot.example.lv/webhooks/telegram"
    assert webhook["allowed_updates"] == ["message", "edited_message", "callback_query"]
    assert len(webhook["secret_token"]) >= 32
    assert TOKEN.split(":")[1] not in webhook["secret_token"]
    assert not peer.contract_violations


async def test_the_profile_is_set_once_in_every_language(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    await channel.open(None)
    await peer.until(lambda: len(peer.profile) == 12)
    assert {code for _, code in peer.profile} == {"", "lv", "ru", "en"}
    assert peer.profile["MyCommands", ""] == peer.profile["MyCommands", "lv"]
    assert {"privacy", "help"} <= {command["command"] for command in peer.profile["MyCommands", "en"]}
    again = Telegram(bot.receive, token=peer.token, api_url=peer.url, timing=FAST_TIMING)
    await again.open("https://bot.example.lv")
    await peer.until(lambda: len(peer.calls_of("getMyShortDescription")) == 8)
    await again.close()
    assert len([name for name, _ in peer.calls if name.startswith("setMy")]) == 12
    assert not peer.contract_violations


async def test_a_wrong_token_is_told_at_once(peer: TelegramPeer, bot: FakeProgram) -> None:
    channel = Telegram(bot.receive, token="1:wrong", api_url=peer.url, timing=FAST_TIMING)
    with pytest.raises(ChannelSettingError, match="TELEGRAM_BOT_TOKEN") as caught:
        await channel.open(None)
    await channel.close()
    assert "wrong" not in str(caught.value)


async def test_a_wrong_secret_is_told_by_its_name(peer: TelegramPeer, bot: FakeProgram) -> None:
    channel = Telegram(bot.receive, token=peer.token, api_url=peer.url, secret="not allowed!", timing=FAST_TIMING)
    with pytest.raises(ChannelSettingError, match="TELEGRAM_WEBHOOK_SECRET"):
        await channel.open("https://bot.example.lv")
    await channel.close()


async def test_telegram_may_be_away_at_the_start(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    peer.script_failures(
        "getMe",
        ScriptedFailure(drop_connection=True),
        ScriptedFailure(status=502),
        ScriptedFailure(status=429, retry_after=1),
    )
    await channel.open(None)
    peer.send_text("labdien")
    await peer.until(lambda: bot.texts() == ["labdien"])


# Polling


async def test_what_people_write_is_heard_and_confirmed(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    await channel.open(None)
    number = peer.send_text("Kase nestrādā")
    await peer.until(lambda: not peer.pending)
    (heard,) = bot.received
    assert (heard.conversation, heard.message_id, heard.text, heard.language) == (
        "42",
        str(number),
        "Kase nestrādā",
        "lv",
    )
    assert not peer.contract_violations


async def test_messages_that_came_before_the_start_are_heard(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    for number in range(230):
        peer.send_text(f"{number}", user=number % 7 + 1)
    await channel.open(None)
    await peer.until(lambda: not peer.pending)
    assert sorted(map(int, bot.texts())) == list(range(230))


async def test_a_message_is_kept_by_telegram_until_it_is_stored(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    bot.failures = [RuntimeError("the database is away")] * 3
    await channel.open(None)
    peer.send_text("a")
    await peer.until(lambda: bot.texts() == ["a"])
    await peer.until(lambda: not peer.pending)


async def test_a_crash_loses_nothing(peer: TelegramPeer, bot: FakeProgram) -> None:
    for number in range(20):
        peer.send_text(f"{number}", user=number + 1)
    stuck = FakeProgram(delay_seconds=60)
    first = Telegram(stuck.receive, token=peer.token, api_url=peer.url, timing=FAST_TIMING)
    await first.open(None)
    await peer.until(lambda: peer.calls_of("getUpdates"))
    await first._poller._poll_tasks.cancel()  # As dead as a task can be in its own process.
    second = Telegram(bot.receive, token=peer.token, api_url=peer.url, timing=FAST_TIMING)
    await second.open(None)
    await peer.until(lambda: len(bot.received) == 20)
    await second.close()
    await first.close()


async def test_two_that_poll_are_told_in_the_log(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    other = Telegram(bot.receive, token=peer.token, api_url=peer.url, timing=FAST_TIMING)
    with capture_logs() as logs:
        await channel.open(None)
        await other.open(None)
        await peer.until(lambda: any(log["event"] == "telegram.conflict" for log in logs))
    assert next(log for log in logs if log["event"] == "telegram.conflict")["other"] == "polling"
    await other.close()


@pytest.mark.parametrize(
    "fault",
    [
        ScriptedFailure(drop_connection=True),
        ScriptedFailure(status=502),
        ScriptedFailure(status=429, retry_after=1),
        ScriptedFailure(delay_seconds=0.3),
    ],
)
async def test_polling_outlives_the_faults_of_the_network(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, fault: ScriptedFailure
) -> None:
    peer.script_failures("getUpdates", fault, fault)
    await channel.open(None)
    peer.send_text("labdien")
    await peer.until(lambda: bot.texts() == ["labdien"])


async def test_an_update_nobody_knows_stops_nothing(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    peer.push_update({"message": {"text": "secret words"}}, check=False)
    peer.push_update({"something_new": {"deep": []}}, check=False)
    peer.send_text("labdien")
    with capture_logs() as logs:
        await channel.open(None)
        await peer.until(lambda: not peer.pending)
    assert (bot.texts(), bot.dropped) == (["labdien"], ["malformed"])
    assert "secret words" not in json.dumps(logs, default=str)


# Taps


@pytest.fixture
async def asked(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> Telegram:
    """A started channel that has asked a question."""
    await channel.open(None)
    await channel.send("42", bot.outgoing_message("Skatiet https://a.lv, izvēlieties:", *CHOICES))
    return channel


async def test_a_tap_is_felt_heard_and_shown(peer: TelegramPeer, bot: FakeProgram, asked: Telegram) -> None:
    tap = peer.tap_button("Tehniskā daļa")
    # Two calls in the background: either may be first.
    await peer.until(lambda: "reply_markup" not in peer.sent[0] and peer.answered)
    (heard,) = bot.received
    assert (heard.kind, heard.choice, heard.source_turn) == (MessageKind.TAP, "line:technical", "31")
    assert (heard.text, heard.message_id) == ("Tehniskā daļa", f"cb:{tap}")
    assert peer.answered == [tap]
    assert peer.bot_texts() == ["Skatiet https://a.lv, izvēlieties:\n\n✓ Tehniskā daļa"]
    assert peer.sent[0]["entities"][0]["url"] == "https://a.lv"
    assert peer.calls_of("editMessageText")[0]["link_preview_options"] == {"is_disabled": True}
    assert not peer.contract_violations


async def test_the_spinner_stops_before_the_tap_is_stored(
    peer: TelegramPeer, bot: FakeProgram, asked: Telegram
) -> None:
    bot.may_store.clear()
    tap = peer.tap_button("HelpDesk")
    await peer.until(lambda: peer.answered == [tap])
    assert bot.received == []
    bot.may_store.set()
    await peer.until(lambda: bot.received)


async def test_a_second_tap_on_the_same_keyboard_is_heard_and_harmless(
    peer: TelegramPeer, bot: FakeProgram, asked: Telegram
) -> None:
    stale = dict(peer.sent[0])
    for title in ("HelpDesk", "HelpDesk", "Tehniskā daļa"):
        peer.tap_button(title, message=stale)
    await peer.until(lambda: len(bot.received) == 3 and "reply_markup" not in peer.sent[0])
    assert not peer.contract_violations


async def test_a_choice_too_long_for_a_button_is_heard_by_its_title(
    peer: TelegramPeer, bot: FakeProgram, asked: Telegram
) -> None:
    await asked.send("42", bot.outgoing_message("?", Option(id="entry:" + "garš" * 30, title="Gara tēma")))
    peer.tap_button("Gara tēma")
    await peer.until(lambda: bot.received)
    assert (bot.received[0].kind, bot.received[0].text, bot.received[0].source_turn) == (
        MessageKind.TEXT,
        "Gara tēma",
        "31",
    )
    assert not peer.contract_violations


async def test_a_tap_works_while_telegram_refuses_the_small_calls(
    peer: TelegramPeer, bot: FakeProgram, asked: Telegram
) -> None:
    peer.script_failures("answerCallbackQuery", ScriptedFailure(status=400))
    peer.script_failures("editMessageText", ScriptedFailure(drop_connection=True))
    peer.tap_button("HelpDesk")
    await peer.until(lambda: not peer.pending)
    assert [heard.choice for heard in bot.received] == ["line:helpdesk"]


# Manners


async def test_typing_is_shown_when_it_takes_long_and_only_then(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    await channel.open(None)
    peer.send_text("quick")
    await peer.until(lambda: not peer.pending)
    assert peer.calls_of("sendChatAction") == []
    bot.may_store.clear()
    peer.send_text("slow")
    await peer.until(lambda: peer.calls_of("sendChatAction"))
    bot.may_store.set()
    await peer.until(lambda: not peer.pending)
    assert peer.calls_of("sendChatAction") == [{"chat_id": 42, "action": "typing"}]


async def test_in_a_group_only_what_is_meant_for_the_bot_is_heard(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    group = -1000000000005
    await channel.open(None)
    peer.send_text("kas šodien strādā?", chat=group)
    peer.send_text("@paligs_test_bot, kase nestrādā", chat=group)
    peer.send_text("/help@paligs_test_bot", chat=group)
    peer.send_text("/help@other_bot", chat=group)
    peer.send_message(chat=group, new_chat_members=[peer.me])
    await peer.until(lambda: not peer.pending)
    assert bot.texts() == ["kase nestrādā", "/help"]
    assert {heard.conversation for heard in bot.received} == {str(group)}


async def test_a_mended_message_is_heard_again_and_an_old_one_is_not(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram
) -> None:
    await channel.open(None)
    number = peer.send_text("kase nestrda")
    peer.edit_message(number, "kase nestrādā", after=20)
    peer.edit_message(number, "paldies", after=3600)
    await peer.until(lambda: not peer.pending)
    assert bot.texts() == ["kase nestrda", "kase nestrādā"]
    assert len({heard.message_id for heard in bot.received}) == 2


async def test_an_album_is_answered_once(peer: TelegramPeer, bot: FakeProgram, channel: Telegram) -> None:
    photo = [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}]
    await channel.open(None)
    peer.send_message(photo=photo, media_group_id="told", caption="Kases čeks")
    for _ in range(2):
        peer.send_message(photo=photo, media_group_id="told")
    for _ in range(3):
        peer.send_message(photo=photo, media_group_id="bare")
    await peer.until(lambda: not peer.pending)
    assert [heard.text for heard in bot.received] == ["Kases čeks", "", "", ""]
    assert len({heard.message_id for heard in bot.received}) == 2


# The webhook


async def test_what_people_write_comes_by_webhook(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, site: str
) -> None:
    await channel.open(site)
    await channel.send("42", bot.outgoing_message("?", *CHOICES))
    peer.send_text("labdien")
    peer.tap_button("HelpDesk")
    await peer.until(lambda: not peer.pending)
    assert sorted(bot.texts()) == ["HelpDesk", "labdien"]
    await peer.until(lambda: "reply_markup" not in peer.sent[0])
    assert not peer.contract_violations


async def test_what_is_not_stored_is_sent_again_in_order(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, site: str
) -> None:
    bot.failures = [RuntimeError("the database is away")] * 4
    await channel.open(site)
    for text in "abc":
        peer.send_text(text)
    await peer.until(lambda: not peer.pending)
    assert bot.texts() == ["a", "b", "c"]
    assert [status for _, status in peer.deliveries] == [500] * 4 + [200] * 3


async def test_what_can_never_be_read_is_parked_and_not_sent_again(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, site: str
) -> None:
    await channel.open(site)
    peer.push_update({"message": {"text": "secret words"}}, check=False)
    with capture_logs() as logs:
        await peer.until(lambda: not peer.pending)
    assert [status for _, status in peer.deliveries] == [200]
    assert bot.dropped == ["malformed"]
    assert "secret words" not in json.dumps(logs, default=str)


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, '"\\ud800"', "\xff", "null"])
async def test_a_body_that_is_no_update_is_parked(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, site: str, body: str
) -> None:
    await channel.open(site)
    headers = {HEADER: peer.webhook["secret_token"]}
    async with ClientSession() as client:
        answer = await client.post(f"{site}/webhooks/telegram", data=body.encode("latin-1"), headers=headers)
    assert answer.status == 200
    assert len(bot.dropped) == 1


@pytest.mark.parametrize("secret", [None, "", "guessed", "sécret"])
async def test_who_does_not_know_the_secret_is_turned_away(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, site: str, secret: str | None
) -> None:
    await channel.open(site)
    headers = {} if secret is None else {HEADER: secret}
    async with ClientSession() as client:
        answer = await client.post(f"{site}/webhooks/telegram", json={"update_id": 1}, headers=headers)
    assert answer.status == 403
    assert (bot.received, bot.dropped, bot.rejections) == ([], [], [1])


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_not_read(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, site: str, chunked: bool
) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 64 * 1024

    await channel.open(site)
    headers = {HEADER: peer.webhook["secret_token"]}
    large = body() if chunked else BytesIO(b"x" * (1024 * 1024 + 1))
    async with ClientSession() as client:
        answer = await client.post(f"{site}/webhooks/telegram", data=large, headers=headers)
        assert answer.status == 413


async def test_before_the_bot_knows_its_name_telegram_is_asked_to_come_again(
    peer: TelegramPeer, bot: FakeProgram, channel: Telegram, site: str
) -> None:
    # More often than it is asked meanwhile.
    peer.script_failures("getMe", *[ScriptedFailure(drop_connection=True)] * 10_000)
    await channel.open(site)
    headers = {HEADER: channel._secret}
    async with ClientSession() as client:
        answer = await client.post(f"{site}/webhooks/telegram", json={"update_id": 1}, headers=headers)
    assert answer.status == 503
    peer.end_failures("getMe")
    peer.send_text("labdien")
    await peer.until(lambda: bot.texts() == ["labdien"])


async def test_stopping_keeps_the_webhook(peer: TelegramPeer, channel: Telegram, site: str) -> None:
    await channel.open(site)
    await channel.close()
    assert peer.webhook
    assert peer.calls_of("deleteWebhook") == []


# The peer itself


@pytest.mark.parametrize(
    ("method", "fields", "problem"),
    [
        ("sendMesage", {}, "not found"),
        ("sendMessage", {"chat_id": "42"}, "missing"),
        ("sendMessage", {"chat_id": "42", "text": "hi", "colour": "red"}, "unknown"),
        ("sendMessage", {"chat_id": "42", "text": " "}, "empty"),
        ("sendMessage", {"chat_id": "42", "text": "x" * 4097}, "too long"),
        ("sendMessage", {"chat_id": "42", "text": "😀" * 2049}, "too long"),
        ("sendMessage", {"chat_id": "42", "text": "<b>x", "parse_mode": "HTML"}, "end tag"),
        ("sendMessage", {"chat_id": "42", "text": "a < b", "parse_mode": "HTML"}, "parse"),
        ("answerCallbackQuery", {"callback_query_id": "1", "show_alert": "yes"}, "JSON"),
        ("sendChatAction", {"chat_id": "42", "action": "dancing"}, "action"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "too long"),
        ("sendMessage", {"chat_id": "-5", "text": "x", "reply_parameters": '{"allow": true}'}, "reply_parameters"),
        ("setWebhook", {"url": "https://x.lv"}, "allowed_updates"),
        ("deleteWebhook", {"drop_pending_updates": "true"}, "throws"),
        ("getUpdates", {"allowed_updates": "[]", "limit": "101"}, "limit"),
        ("setMyDescription", {"description": "x" * 513}, "too long"),
        ("setMyCommands", {"commands": '[{"command": "Help me", "description": "x"}]'}, "BOT_COMMAND_INVALID"),
        ("setWebhook", {"url": "https://x.lv", "allowed_updates": "[]", "secret_token": "a b"}, "secret token"),
        ("sendPhoto", {"chat_id": "42"}, "not found"),
    ],
)
def test_the_peer_is_strict(method: str, fields: dict[str, str], problem: str) -> None:
    with pytest.raises(MisuseError, match=problem):
        TelegramPeer().rules.request(method, fields)


@pytest.mark.parametrize(
    ("button", "problem"),
    [
        ({"text": "x", "callback_data": "ā" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "tel:+37120110525"}, "BUTTON_URL_INVALID"),
        ({"text": "", "callback_data": "1"}, "empty"),
        ({"text": "x"}, "exactly one"),
    ],
)
def test_the_peer_is_strict_about_buttons(button: dict[str, str], problem: str) -> None:
    fields = {"chat_id": "42", "text": "x", "reply_markup": json.dumps({"inline_keyboard": [[button]]})}
    with pytest.raises(MisuseError, match=problem):
        TelegramPeer().rules.request("sendMessage", fields)


def test_the_peer_sends_only_updates_that_the_bot_api_describes() -> None:
    with pytest.raises(MisuseError):
        TelegramPeer().push_update({"message": {"text": "hi"}})
