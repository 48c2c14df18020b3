"""Twilio's fields become an Inbound."""

from dataclasses import replace

import pytest

from bot.channels.twilio.parsing import encode_choice, to_inbound
from bot.channels.whatsapp.product import PRODUCT
from handlers.model.messages import Inbound, MessageKind
from tests.doubles import NOW
from tests.unit.bot.channels.conftest import ANNA

FIELDS = {"MessageSid": "SM1", "From": ANNA, "To": "whatsapp:+37120000000", "NumMedia": "0", "Body": "", "WaId": "371"}
MEDIA_URL = "https://api.twilio.com/x"
HEARD = Inbound(
    channel="whatsapp",
    conversation=ANNA,
    sender=ANNA,
    message_id="SM1",
    sent_at=NOW,
    kind=MessageKind.TEXT,
    text="",
    phone=ANNA.removeprefix("whatsapp:"),
)


def photo(media_type: str, **more: str) -> dict[str, str]:
    return {"NumMedia": "1", "MediaContentType0": media_type, "MediaUrl0": MEDIA_URL, **more}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Body": "kase nestrādā"}, {"text": "kase nestrādā"}),
        ({"Body": "  2 \n"}, {"text": "  2 \n"}),
        ({"Body": "hi", "ProfileName": " Jānis,  Lido "}, {"text": "hi", "profile_name": "Jānis, Lido"}),
        ({"Body": "hi", "ProfileName": " "}, {"text": "hi"}),
        ({"Body": "hi", "MessageType": "text", "AFieldOfTomorrow": "x"}, {"text": "hi"}),
        ({"Body": "hi", "MessageType": "hologram"}, {"text": "hi"}),
        (photo("image/jpeg"), {"media": MEDIA_URL, "kind": MessageKind.PHOTO}),
        (photo("image/jpeg", Body="kļūda"), {"media": MEDIA_URL, "kind": MessageKind.PHOTO, "text": "kļūda"}),
        (photo("image/webp"), {"kind": MessageKind.STICKER}),
        (photo("audio/ogg; codecs=opus"), {"media": MEDIA_URL, "kind": MessageKind.VOICE}),
        (photo("VIDEO/mp4"), {"kind": MessageKind.VIDEO}),
        (
            photo("application/pdf", Body="rekins.pdf"),
            {"media": MEDIA_URL, "kind": MessageKind.DOCUMENT, "text": "rekins.pdf"},
        ),
        (photo("image/png", MessageType="document"), {"media": MEDIA_URL, "kind": MessageKind.DOCUMENT}),
        (photo("text/vcard"), {"kind": MessageKind.OTHER}),
        (photo(""), {"media": MEDIA_URL, "kind": MessageKind.DOCUMENT}),
        ({"Latitude": "56.95", "Longitude": "24.1"}, {"kind": MessageKind.LOCATION, "location": "56.95, 24.1"}),
        ({"Label": "Bistro", "Address": "Brīvības 1"}, {"kind": MessageKind.OTHER, "location": "Bistro, Brīvības 1"}),
        ({"Latitude": "56.95"}, {"kind": MessageKind.OTHER}),
        ({"MessageType": "contacts"}, {"kind": MessageKind.OTHER}),
        ({"Body": "hi", "NumMedia": "many"}, {"text": "hi"}),
        ({"Body": "hi", "NumMedia": "³"}, {"text": "hi"}),
        (
            {"Body": "Printeris", "ButtonText": "Printeris", "ButtonPayload": "7|entry:printer"},
            {"kind": MessageKind.TAP, "text": "Printeris", "choice": "entry:printer", "source_turn": "7"},
        ),
        (
            {"ListId": "7|entry:printer", "ListTitle": "Printeris", "MessageType": "interactive"},
            {"kind": MessageKind.TAP, "text": "Printeris", "choice": "entry:printer", "source_turn": "7"},
        ),
        (
            {"ButtonText": "Jā", "ButtonPayload": "|none"},
            {"kind": MessageKind.TAP, "text": "Jā", "choice": "none", "source_turn": None},
        ),
        ({"ButtonText": "Jā", "ButtonPayload": "somebody's own button"}, {"text": "Jā"}),
        ({"ButtonText": "Jā", "ButtonPayload": "7|"}, {"text": "Jā"}),
        ({"Body": "2", "OriginalRepliedMessageSid": "SM0"}, {"text": "2"}),
    ],
)
def test_what_it_becomes(fields: dict[str, str], expected: dict[str, object]) -> None:
    assert to_inbound({**FIELDS, **fields}, NOW, PRODUCT) == replace(HEARD, **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": ""},
        {"From": ""},
        {"From": "+37120000001"},
        {"From": "whatsapp:"},
        {"MessageType": "reaction", "Body": "👍"},
    ],
    ids=["no id", "no sender", "an SMS", "an empty address", "a reaction"],
)
def test_what_is_no_message_for_us(fields: dict[str, str]) -> None:
    assert to_inbound({**FIELDS, **fields}, NOW, PRODUCT) is None


def test_a_person_who_shows_no_number_is_answered_and_asked_for_one() -> None:
    hidden = to_inbound({**FIELDS, "From": "whatsapp:LV.13491208655302741918"}, NOW, PRODUCT)
    assert hidden is not None
    assert hidden.conversation == hidden.sender == "whatsapp:LV.13491208655302741918"
    assert hidden.phone is None


def test_a_button_comes_back_as_it_went() -> None:
    heard = to_inbound({**FIELDS, "ButtonPayload": encode_choice("12", "line:a|b")}, NOW, PRODUCT)
    assert heard is not None
    assert (heard.source_turn, heard.choice) == ("12", "line:a|b")
