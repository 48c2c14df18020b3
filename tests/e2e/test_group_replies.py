"""A reply to a notification in the Telegram group is a message to the person, and is answered there with what became of it."""

from pathlib import Path

from sqlalchemy import select

from bot.app.application import Application
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import HandoffState
from storage.database.engine import read_transaction
from storage.helpdesk import handoffs
from storage.tables import notices
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.telegram_peer_rules import Json
from tests.e2e.test_notices import DEAD, GROUP, peer, running, shown, until  # noqa: F401 fixture

PERSON = 42
TEXT = "Esmu ceļā, būšu pēc 10 minūtēm"


def answers(peer: TelegramPeer, message: Json, text: str, *, user: int = 7) -> Json:  # noqa: F811
    """A member of the group replies to a message there; the update."""
    bare = {name: value for name, value in message.items() if name != "reply_to_message"}
    number = peer.send_text(text, user=user, chat=GROUP, reply_to_message=bare)
    return peer.posted[GROUP, number]


async def notified(peer: TelegramPeer, program: Application) -> Json:  # noqa: F811
    """The notification in the group, once the program knows which message it is: nobody replies to it sooner."""

    def known() -> bool:
        with read_transaction(program.database) as connection:
            return connection.scalar(select(notices.c.id).where(notices.c.receipt.is_not(None))) is not None

    await until(known)
    return shown(peer)[0]


async def test_a_reply_in_the_group_reaches_the_person_and_the_bot_is_silent(
    shipped: KnowledgeBundle,
    peer: TelegramPeer,  # noqa: F811
    tmp_path: Path,
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}) as program:
        peer.send_text(DEAD, user=PERSON)
        notification = await notified(peer, program)

        answer = answers(peer, notification, TEXT)
        await until(lambda: TEXT in peer.bot_texts(PERSON))
        await until(lambda: "Nosūtīts cilvēkam." in peer.bot_texts(GROUP)[-1])
        assert "Kamēr sarakstāties, bots klusē." in peer.bot_texts(PERSON)[-2]
        with read_transaction(program.database) as connection:
            (taken,) = handoffs.list_by_state(connection)
        assert taken.state is HandoffState.TAKEN

        # Telegram tells it once more, and the person answers: neither is answered by the bot.
        before = len(peer.bot_texts(PERSON))
        peer.push_update({"message": answer}, queue="again")
        peer.send_text("paldies, gaidām", user=PERSON)
        answers(peer, notification, "Vēl piecas")
        await until(lambda: "Vēl piecas" in peer.bot_texts(PERSON))
        await until(lambda: not peer.pending)
        assert peer.bot_texts(PERSON)[before:] == ["Vēl piecas"]


async def test_what_is_about_no_conversation_is_sent_to_nobody(
    shipped: KnowledgeBundle,
    peer: TelegramPeer,  # noqa: F811
    tmp_path: Path,
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}) as program:
        peer.send_text(DEAD, user=PERSON)
        await notified(peer, program)
        await until(lambda: peer.bot_texts(PERSON))
        before = len(peer.bot_texts(PERSON))
        answers(peer, shown(peer)[0] | {"message_id": 99_999}, TEXT)
        await until(lambda: "Nav nosūtīts" in peer.bot_texts(GROUP)[-1])
        peer.send_text("STOP", user=PERSON)
        await until(lambda: len(peer.bot_texts(PERSON)) > before)
        answers(peer, shown(peer)[0], TEXT)
        await until(lambda: "uzrakstījis STOP" in peer.bot_texts(GROUP)[-1])
        assert TEXT not in peer.bot_texts(PERSON)
