"""Status webhooks and error codes in our words."""

import pytest

from bot.channels.twilio.status_codes import StatusReport, describe_code, parse_status


@pytest.mark.parametrize(
    ("status", "state"),
    [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("failed", "failed"), ("undelivered", "failed")],
)
def test_states(status: str, state: str) -> None:
    told = parse_status({"MessageSid": "SM1", "MessageStatus": status})
    assert told is not None
    assert (told.provider_message_id, told.state) == ("SM1", state)


@pytest.mark.parametrize("status", ["queued", "sending", "accepted", "scheduled", "canceled", "of tomorrow", ""])
def test_what_is_not_kept(status: str) -> None:
    assert parse_status({"MessageSid": "SM1", "MessageStatus": status}) is None
    assert parse_status({"MessageStatus": "sent"}) is None


def test_a_failure_carries_its_reason() -> None:
    told = parse_status({"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "63016"})
    assert told == StatusReport(provider_message_id="SM1", state="failed", error=describe_code(63016))
    assert "24 hours" in describe_code(63016)


@pytest.mark.parametrize(
    ("code", "said"), [(None, "no code"), ("", "no code"), ("x", "no code"), (404, "HTTP 404"), (12345, "errors/12345")]
)
def test_a_code_without_a_reason_of_ours(code: int | str | None, said: str) -> None:
    assert said in describe_code(code)
