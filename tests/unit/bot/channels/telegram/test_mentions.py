"""Whether a message in a group is meant for the bot, and what it then says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.api.updates import Message
from bot.channels.telegram.incoming.mentions import text_for_bot
from tests.unit.bot.channels.telegram.updates import ANNA, BOT, BOT_IDENTITY, GROUP, mention, message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@paligs_bot kā aizvērt maiņu?", "kā aizvērt maiņu?"),
        ("@Paligs_Bot, kā aizvērt maiņu?", "kā aizvērt maiņu?"),
        ("kā aizvērt maiņu, @paligs_bot?", "kā aizvērt maiņu?"),
        ("kase nestrādā @paligs_bot palīdzi", "kase nestrādā palīdzi"),
        ("😀😀 @paligs_bot kase", "😀😀 kase"),
        ("@paligs_bot", ""),
    ],
)
def test_a_mention_is_taken_out(text: str, said: str) -> None:
    name = "@Paligs_Bot" if "@Paligs_Bot" in text else "@paligs_bot"
    asked = Message.model_validate(message(chat=GROUP, text=text, entities=[mention(text, name)]))
    assert text_for_bot(asked, BOT_IDENTITY) == said


def test_a_mention_in_a_caption_counts() -> None:
    text = "@paligs_bot čeks"
    asked = Message.model_validate(message(chat=GROUP, photo=[{}], caption=text, caption_entities=[mention(text)]))
    assert text_for_bot(asked, BOT_IDENTITY) == "čeks"


def test_a_mention_by_name_counts() -> None:
    entity = {"type": "text_mention", "offset": 0, "length": 6, "user": BOT}
    assert (
        text_for_bot(Message.model_validate(message(chat=GROUP, text="Paligs, kase", entities=[entity])), BOT_IDENTITY)
        == "kase"
    )


def test_a_command_with_the_name_of_the_bot_counts() -> None:
    text = "/help@paligs_bot"
    asked = message(chat=GROUP, text=text, entities=[mention(text, text, kind="bot_command")])
    assert text_for_bot(Message.model_validate(asked), BOT_IDENTITY) == "/help"


def test_a_reply_to_the_bot_counts() -> None:
    asked = message(chat=GROUP, text="un tad?", reply_to_message={"from": BOT})
    assert text_for_bot(Message.model_validate(asked), BOT_IDENTITY) == "un tad?"


@pytest.mark.parametrize(
    "talk",
    [
        message(chat=GROUP, text="kas šodien strādā?"),
        message(chat=GROUP, text="@other_bot hi", entities=[mention("@other_bot hi", "@other_bot")]),
        message(chat=GROUP, text="/roll", entities=[mention("/roll", "/roll", kind="bot_command")]),
        message(
            chat=GROUP, text="/help@other_bot", entities=[mention("/help@other_bot", "/help@other_bot", "bot_command")]
        ),
        message(chat=GROUP, text="rakstiet /help", entities=[mention("rakstiet /help", "/help", kind="bot_command")]),
        message(chat=GROUP, text="jā", reply_to_message={"from": ANNA}),
        message(chat=GROUP, text="rakstiet info@paligs_bot.lv"),
    ],
)
def test_what_people_tell_each_other_does_not_count(talk: dict[str, object]) -> None:
    assert text_for_bot(Message.model_validate(talk), BOT_IDENTITY) is None


def test_in_a_private_chat_everything_counts() -> None:
    assert text_for_bot(Message.model_validate(message(text=" kase\nnestrādā ")), BOT_IDENTITY) == " kase\nnestrādā "


@given(st.text(), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3))
def test_entities_that_make_no_sense_do_no_harm(text: str, places: list[tuple[int, int]]) -> None:
    entities = [{"type": "text_mention", "offset": start, "length": size, "user": BOT} for start, size in places]
    text_for_bot(Message.model_validate(message(chat=GROUP, text=text, entities=entities)), BOT_IDENTITY)


def test_a_command_of_ours_needs_no_name_in_a_group() -> None:
    asked = message(chat=GROUP, text="/help", entities=[mention("/help", "/help", kind="bot_command")])
    assert text_for_bot(Message.model_validate(asked), BOT_IDENTITY) == "/help"
