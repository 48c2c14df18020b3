"""The talks that the bench makes are such as the program would have kept."""

from sqlalchemy import Engine, func, select, text

from storage.conversations import conversations, history, sessions
from storage.conversations.stored_json import dump_trace
from storage.database.engine import read_transaction
from storage.delivery import outbox
from storage.tables import messages
from tests.bench.filled import CHANNEL, SampleExchange, address, fill
from tests.contract.stored import read_trace, replies_to
from tests.contract.talks import TRACE

SAMPLE = SampleExchange(
    user_text="Kā atdot naudu?",
    reply="Atbilde",
    trace=dump_trace(TRACE),
    session='{"language":"lv"}',
)
AMISS = """
SELECT count(*) FROM messages JOIN turns ON turns.id = turn_id WHERE messages.conversation_id <> turns.conversation_id
"""


def test_every_talk_has_ten_messages_and_all_is_delivered(engine: Engine) -> None:
    fill(engine, 30, SAMPLE)
    with read_transaction(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(messages)) == 300
        assert connection.scalar(text(AMISS)) == 0
        assert outbox.backlog(connection).waiting == 0
        anna = conversations.find(connection, channel=CHANNEL, address=address(7), sender=address(7))
        assert anna is not None
        said = history.messages_after(connection, anna.id)
        assert [one.side for one in said] == ["person", "bot"] * 5
        assert replies_to(connection, anna.id, said[4].message_id or "") == (said[5],)
        assert sessions.read(connection, anna.id).language == "lv"
        assert read_trace(connection, said[0].turn or 0) == TRACE
