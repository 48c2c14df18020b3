"""Status webhooks and error codes in our words."""

import pytest

from bot.channels.whatsapp.status import Report, reason, report


@pytest.mark.parametrize(
    ("status", "state"),
    [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("failed", "failed"), ("undelivered", "failed")],
)
def test_states(status: str, state: str) -> None:
    told = report({"MessageSid": "SM1", "MessageStatus": status})
    assert told is not None
    assert (told.receipt, told.state) == ("SM1", state)


@pytest.mark.parametrize("status", ["queued", "sending", "accepted", "scheduled", "canceled", "of tomorrow", ""])
def test_what_is_not_kept(status: str) -> None:
    assert report({"MessageSid": "SM1", "MessageStatus": status}) is None
    assert report({"MessageStatus": "sent"}) is None


def test_a_failure_carries_its_reason() -> None:
    told = report({"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "63016"})
    assert told == Report(receipt="SM1", state="failed", error=reason(63016))
    assert "24 hours" in reason(63016)


@pytest.mark.parametrize(
    ("code", "said"), [(None, "no code"), ("", "no code"), ("x", "no code"), (404, "HTTP 404"), (12345, "errors/12345")]
)
def test_a_code_without_a_reason_of_ours(code: int | str | None, said: str) -> None:
    assert said in reason(code)
