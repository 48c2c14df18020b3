"""What an update becomes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.api.updates import MalformedError, Update
from bot.channels.telegram.incoming.parsing import to_inbound
from handlers.model.messages import Inbound, MessageKind
from tests.unit.bot.channels.telegram.updates import (
    ANNA,
    BOT,
    BOT_IDENTITY,
    GROUP,
    NOW,
    PRIVATE,
    SENT,
    mention,
    message,
    update,
)


def heard(**content: Any) -> Inbound | None:
    return to_inbound(update(message=message(**content)), BOT_IDENTITY, NOW)


def test_a_text_is_heard_with_all_that_is_known_about_it() -> None:
    assert heard(text="Kase nestrādā") == Inbound(
        channel="telegram",
        conversation="42",
        sender="42",
        message_id="5",
        sent_at=datetime.fromtimestamp(SENT, UTC),
        kind=MessageKind.TEXT,
        text="Kase nestrādā",
        language="lv",
        profile_name="Anna",
    )


@pytest.mark.parametrize(
    ("names", "profile_name"),
    [
        ({"first_name": "Anna", "last_name": "Bērziņa"}, "Anna Bērziņa"),
        ({"first_name": " ", "last_name": ""}, None),
        ({}, None),
    ],
)
def test_the_name_of_the_profile_is_first_and_last_name(names: dict[str, str], profile_name: str | None) -> None:
    said = heard(text="Labdien", **{"from": {"id": 42, "is_bot": False, **names}})
    assert said is not None
    assert said.profile_name == profile_name


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"photo": [{}]}, MessageKind.PHOTO),
        ({"live_photo": {}}, MessageKind.PHOTO),
        ({"voice": {}}, MessageKind.VOICE),
        ({"audio": {}}, MessageKind.VOICE),
        ({"video": {}}, MessageKind.VIDEO),
        ({"video_note": {}}, MessageKind.VIDEO),
        ({"animation": {}, "document": {}}, MessageKind.VIDEO),
        ({"document": {}}, MessageKind.DOCUMENT),
        ({"sticker": {"emoji": "👍"}}, MessageKind.STICKER),
        ({"location": {}}, MessageKind.LOCATION),
        ({"venue": {}, "location": {}}, MessageKind.LOCATION),
        ({"contact": {"phone_number": "+37120000000"}}, MessageKind.OTHER),
        ({"poll": {}}, MessageKind.OTHER),
        ({"dice": {}}, MessageKind.OTHER),
        ({"rich_message": {}}, MessageKind.OTHER),
    ],
)
def test_a_medium_is_told_by_its_kind_and_its_caption_read(content: dict[str, Any], kind: MessageKind) -> None:
    bare, told = heard(**content), heard(**content, caption="printeris")
    assert bare is not None
    assert told is not None
    assert (bare.kind, bare.text) == (kind, "")
    assert (told.kind, told.text) == (kind, "printeris")


@pytest.mark.parametrize(
    ("code", "language"),
    [("lv", "lv"), ("ru", "ru"), ("en-US", "en"), ("EN", "en"), ("uk", None), ("", None), (None, None)],
)
def test_the_language_of_the_device_is_one_of_ours_or_unknown(code: str | None, language: str | None) -> None:
    said = heard(text="?", **{"from": ANNA | {"language_code": code}})
    assert said is not None
    assert said.language == language


@pytest.mark.parametrize(
    "ignored",
    [
        {"message": message(text="hi", **{"from": BOT})},
        {"message": message(text="hi", **{"from": None})},
        {"message": message(text="hi", sender_chat={"id": -5, "type": "channel"})},
        {"message": message(new_chat_members=[ANNA])},
        {"message": message(pinned_message={})},
        {"message": message(migrate_to_chat_id=-100)},
        {"channel_post": message(text="hi")},
        {"my_chat_member": {"chat": PRIVATE, "from": ANNA}},
        {"message_reaction": {}},
        {"callback_query": {"id": "1", "from": ANNA, "data": "1|none"}},
        {"callback_query": {"id": "1", "from": ANNA, "message": message(), "game_short_name": "x"}},
        {"callback_query": {"id": "1", "from": BOT, "message": message(), "data": "1|none"}},
        {"edited_message": message(text="hi", edit_date=SENT + 3600)},
        {"edited_message": message(text="hi")},
        {"edited_message": message(location={}, edit_date=SENT + 5)},
        {},
    ],
)
def test_what_nobody_said_to_the_bot_is_ignored(ignored: dict[str, Any]) -> None:
    assert to_inbound(update(**ignored), BOT_IDENTITY, NOW) is None


@pytest.mark.parametrize(
    ("content", "reference"),
    [
        ({"photo": [{"file_id": "small"}, {"file_id": "large"}]}, "large"),
        ({"voice": {"file_id": "v"}}, "v"),
        ({"document": {"file_id": "d"}}, "d"),
        ({"animation": {"file_id": "a"}, "document": {"file_id": "a"}}, None),
        ({"photo": []}, None),
        ({"photo": [{}]}, None),
        ({"voice": {"file_id": 7}}, None),
        ({"text": "printeris"}, None),
    ],
)
def test_the_reference_of_a_picture_sound_or_document_is_kept(content: dict[str, Any], reference: str | None) -> None:
    said = heard(**content)
    assert said is not None
    assert said.media == reference


def test_a_message_mended_soon_is_another_message() -> None:
    said = to_inbound(update(edited_message=message(text="Kase nestrādā", edit_date=SENT + 60)), BOT_IDENTITY, NOW)
    assert said is not None
    assert said.message_id == f"5:e{SENT + 60}"
    assert said.sent_at == datetime.fromtimestamp(SENT + 60, UTC)


def test_the_pictures_of_an_album_without_words_are_one_message() -> None:
    first, second = heard(photo=[{}], media_group_id="9"), heard(photo=[{}], media_group_id="9", message_id=6)
    assert first is not None
    assert second is not None
    assert first.message_id == second.message_id == "album:9"


def test_the_words_of_an_album_are_a_message_of_their_own() -> None:
    said = heard(photo=[{}], media_group_id="9", caption="Kases čeks")
    assert said is not None
    assert said.message_id == "5"


def test_a_tap_is_a_choice_of_its_turn() -> None:
    markup = {"inline_keyboard": [[{"text": "Tehniskā daļa", "callback_data": "31|line:technical"}]]}
    under = message(text="?", reply_markup=markup, **{"from": BOT})
    query = {"id": "77", "from": ANNA, "message": under, "data": "31|line:technical"}
    assert to_inbound(update(callback_query=query), BOT_IDENTITY, NOW) == Inbound(
        channel="telegram",
        conversation="42",
        sender="42",
        message_id="cb:77",
        sent_at=NOW,
        kind=MessageKind.TAP,
        text="Tehniskā daļa",
        choice="line:technical",
        source_turn="31",
        language="lv",
        profile_name="Anna",
    )


def test_a_tap_under_a_message_too_old_to_be_shown_is_still_a_choice() -> None:
    old = {"chat": PRIVATE, "message_id": 3, "date": 0}
    said = to_inbound(
        update(callback_query={"id": "77", "from": ANNA, "message": old, "data": "31|none"}), BOT_IDENTITY, NOW
    )
    assert said is not None
    assert (said.kind, said.choice, said.source_turn, said.text) == (MessageKind.TAP, "none", "31", "")


def test_a_reply_goes_to_the_topic_of_the_forum_where_the_question_stood() -> None:
    topic = {"chat": GROUP, "is_topic_message": True, "message_thread_id": 9}
    said = heard(text="hi", reply_to_message={"from": BOT}, **topic)
    assert said is not None
    assert said.conversation == "-1001/9"


@pytest.mark.parametrize(
    "raw",
    [
        None,
        3,
        "update",
        [],
        {},
        {"update_id": "x"},
        {"update_id": 1, "message": 5},
        {"update_id": 1, "message": {"message_id": 1}},
        {"update_id": 1, "message": message(text=5)},
        {"update_id": 1, "message": message(date=10**15)},
    ],
)
def test_what_is_no_update_is_malformed_and_its_words_are_not_told(raw: object) -> None:
    with pytest.raises(MalformedError) as caught:
        Update.parse(raw)
    assert "Anna" not in str(caught.value)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
fields = st.sampled_from(
    ["text", "entities", "caption", "caption_entities", "chat", "from", "date", "reply_markup", "photo"]
)


@given(st.dictionaries(fields, json))
def test_any_message_is_heard_ignored_or_malformed(content: dict[str, Any]) -> None:
    for kind in ("message", "edited_message"):
        try:
            to_inbound(Update.parse({"update_id": 1, kind: message(edit_date=SENT) | content}), BOT_IDENTITY, NOW)
        except MalformedError:
            continue


def test_an_anonymous_administrator_is_heard_as_the_group() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    found = heard(
        **{"from": anonymous},
        chat=GROUP,
        sender_chat=GROUP,
        text="@paligs_bot kase nedrukā",
        entities=[mention("@paligs_bot kase nedrukā")],
    )
    assert found is not None
    assert (found.sender, found.conversation, found.text) == ("-1001", "-1001", "kase nedrukā")


def test_an_edit_names_the_message_that_it_changes() -> None:
    edited = to_inbound(update(edited_message=message(text="hi", edit_date=SENT + 3)), BOT_IDENTITY, NOW)
    assert edited is not None
    assert (edited.message_id, edited.edit_of) == (f"5:e{SENT + 3}", "5")


def test_the_token_of_a_start_link_comes_through_as_it_is() -> None:
    token = "v12-DJtaJM27n8vje08Lh4DZNk"
    command = {"type": "bot_command", "offset": 0, "length": 6}
    inbound = heard(text=f"/start {token}", entities=[command])
    assert inbound is not None
    assert inbound.text == f"/start {token}"
