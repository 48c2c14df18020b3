"""WhatsApp messages as Twilio would post them, signed with Twilio's own library before anything is timed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

SID: Final = "AC" + "0123456789abcdef" * 2
TOKEN: Final = "a token that nobody else knows"
NUMBER: Final = "+37120000000"
MESSAGES_EACH: Final = 5
"""How many messages a sender writes: few enough that the guard never takes one for a flood."""


@dataclass(frozen=True, kw_only=True)
class MessageSigner:
    """Writes messages that no other call of `write` has written: ids and senders are new each time."""

    texts: Sequence[str]

    def write(self, file: Path, *, url: str, trial: int, count: int) -> None:
        """`count` messages to `url`, as a JSON list of [body, signature]; a sender's own lie far apart in it."""
        validator = RequestValidator(TOKEN)
        senders = max(1, count // MESSAGES_EACH)
        requests = []
        for number in range(count):
            fields = self._fields(trial, number, sender=number % senders)
            requests.append((urlencode(fields), validator.compute_signature(url, fields)))
        file.write_text(json.dumps(requests), "ascii")

    def _fields(self, trial: int, number: int, sender: int) -> dict[str, str]:
        sid = f"SM{trial:016x}{number:016x}"
        phone = f"371{trial:03}{sender:06}"
        return {
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "ProfileName": "Anna",
            "MessageType": "text",
            "SmsSid": sid,
            "WaId": phone,
            "SmsStatus": "received",
            "Body": self.texts[(trial * 7919 + number) % len(self.texts)],
            "To": f"whatsapp:{NUMBER}",
            "NumSegments": "1",
            "ReferralNumMedia": "0",
            "MessageSid": sid,
            "AccountSid": SID,
            "From": f"whatsapp:+{phone}",
            "ApiVersion": "2010-04-01",
        }
