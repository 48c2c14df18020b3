"""Whatever a person's phone may send gets a calm answer, and nothing broken is kept of it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cli.ask_batch import BatchRow
from bot.cli.asker import BatchAsker
from handlers.input.sanitize import MAX_MESSAGE_CHARS
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.router import decide
from tests.doubles import NOW

AWKWARD = {
    "nothing": "",
    "white space": " \n\t\u00a0\u2003 ",
    "a hundred thousand characters": "kase nedrukā čeku " * 5556,
    "ten thousand repeated letters": "а" * 10_000,
    "a hundred thousand digits": "4" * 100_000,
    "control characters": "\x00\x01\x02\x1b[31m\x7f",
    "zero-width characters": "\u200b\u200c\u200d\ufeff\u2060",
    "right to left": "\u202eшокирующий \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "lone surrogates": "\ud800\udfff kase \udc00",
    "emoji only": "🔥🔥🔥😭🙏👨‍👩‍👧‍👦🇱🇻",
    "stacked accents": "k" + "\u0301" * 500 + "ase",
    "punctuation": "?!?!?!...,,,---///",
    "markup": "<b>kase</b> &amp; *bold* `code` </script>",
    "braces": "{phone} {0} {} %s %(x)s ${x}",
}


def answer(shipped: KnowledgeBundle, text: str) -> tuple[str, str]:
    """What would be stored, and the reply."""
    inbound = Inbound(channel="t", conversation="c", sender="c", message_id="1", sent_at=NOW, text=text)
    heard = decide(inbound, Session(), shipped, NOW).stored_text
    (reply,) = BatchAsker(shipped).ask(BatchRow.model_construct(text=text, lang=None, conversation=None))["replies"]
    return heard, reply


@pytest.mark.parametrize("kind", AWKWARD)
def test_awkward_input_gets_a_calm_answer_and_is_kept_whole_or_not_at_all(shipped: KnowledgeBundle, kind: str) -> None:
    heard, reply = answer(shipped, AWKWARD[kind])
    assert reply.strip()
    assert len(heard) <= MAX_MESSAGE_CHARS
    assert heard.encode("utf-8").decode("utf-8") == heard
    assert not any(ord(letter) < 32 and letter != "\n" for letter in heard)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(text=st.text(alphabet=st.characters(), max_size=300))
def test_any_text_at_all_is_answered_and_always_the_same(shipped: KnowledgeBundle, text: str) -> None:
    first, second = answer(shipped, text), answer(shipped, text)
    assert first == second
    assert first[1].strip()


def test_a_question_at_the_end_of_a_long_story_is_thought_of_first(shipped: KnowledgeBundle) -> None:
    story = (
        "Sveiki, man šodien ir pirmā diena jaunajā darbā, kolēģe saslima, priekšniece aizbrauca uz Jūrmalu, viesu maz, "
        "ārā līst, kafijas automāts beidzot salabots, un tagad sēžu viena pati un gribu saprast, kā aizvērt kases maiņu?"
    )
    assert BatchAsker(shipped).ask(BatchRow(text=story))["candidates"][0]["entry"] == "shift-close"


def test_of_several_problems_the_most_urgent_comes_first(shipped: KnowledgeBundle) -> None:
    text = "Kā uztaisīt X atskaiti? Un vispār neviena kase nestrādā, neko nevaram pārdot!"
    got = BatchAsker(shipped).ask(BatchRow(text=text))
    assert got["act"] == "critical"
    assert (
        shipped.base.directory.lines[shipped.base.directory.urgent_line].formatted_phone
        in got["replies"][0].splitlines()[0]
    )
