"""After STOP nothing is queued that the person did not cause, until they write again."""

from dataclasses import replace

from sqlalchemy import Engine, update

from handlers.model.messages import Reply
from handlers.model.session import OPTED_OUT
from storage.database.engine import write_transaction
from storage.delivery import outbox
from storage.tables import turns
from tests.contract.talks import HELLO, NOW, take_in


def test_stop_holds_back_what_the_person_did_not_cause_until_they_write(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)
    news = [Reply(text="Jūsu ziņu ir redzējis darbinieks.")]
    with write_transaction(engine) as connection:
        assert outbox.enqueue(connection, talk, None, news, NOW)
        connection.execute(update(turns).values(handler=OPTED_OUT))
        assert outbox.enqueue(connection, talk, None, news, NOW) == ()
    take_in(engine, replace(HELLO, message_id="m2"))
    with write_transaction(engine) as connection:
        assert outbox.enqueue(connection, talk, None, news, NOW)


def test_who_opted_out_is_known_by_conversation(engine: Engine) -> None:
    first, _ = take_in(engine, HELLO)
    second, _ = take_in(engine, replace(HELLO, conversation="other", sender="other"))
    with write_transaction(engine) as connection:
        assert outbox.opted_out(connection, [first.id, second.id]) == frozenset()
        connection.execute(update(turns).where(turns.c.conversation_id == first.id).values(handler=OPTED_OUT))
        assert outbox.opted_out(connection, [first.id, second.id]) == {first.id}
        assert outbox.opted_out(connection, []) == frozenset()
