"""The load figures are worth what their instruments are."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.channels.twilio.parsing import to_inbound
from bot.channels.twilio.signature import WebhookFields, is_signature_valid
from bot.channels.whatsapp.product import PRODUCT
from bot.intake.flood_control import FloodControl, Verdict
from tests.bench.search import FINE, highest
from tests.bench.signed import TOKEN, MessageSigner
from tests.bench.trial import read
from tests.doubles import NOW

Metrics = dict[str, dict[str, dict[str, float]]]

URL = "http://127.0.0.1:8080/webhooks/twilio"


@pytest.mark.parametrize("limit", [3, 150, 777, 1000, 19_000])
def test_the_highest_rate_is_found(limit: int) -> None:
    assert limit * (1 - 2 * FINE) - 1 <= found(lambda rate: rate <= limit) <= limit


def test_one_bad_trial_decides_nothing() -> None:
    seen = set[int]()

    def holds_the_second_time(rate: int) -> bool:
        again = rate in seen
        seen.add(rate)
        return again and rate <= 500

    assert 440 <= found(holds_the_second_time) <= 500


def found(holds: Callable[[int], bool]) -> int:
    search = highest(200, tries=2)
    rate = next(search)
    while True:
        try:
            rate = search.send(holds(rate))
        except StopIteration as exc:
            return int(exc.value)


def messages(folder: Path, trial: int, count: int) -> list[tuple[str, str]]:
    file = folder / "messages.json"
    MessageSigner(texts=("Labdien", "не печатает чек", "šķēle & co = ?")).write(file, url=URL, trial=trial, count=count)
    return [(body, signature) for body, signature in json.loads(file.read_text("ascii"))]


def test_the_messages_are_such_as_the_program_takes(tmp_path: Path) -> None:
    heard = set[str]()
    for body, signature in messages(tmp_path, 1, 30) + messages(tmp_path, 2, 30):
        form = WebhookFields(body.encode())
        assert is_signature_valid(TOKEN, URL, form, signature)
        one = to_inbound(form, NOW, PRODUCT)
        assert one is not None
        assert one.text
        heard.add(one.message_id)
    assert len(heard) == 60


def test_nobody_is_taken_for_a_flood(tmp_path: Path) -> None:
    guard = FloodControl()
    for body, _ in messages(tmp_path, 1, 500):
        one = to_inbound(WebhookFields(body.encode()), NOW, PRODUCT)
        assert one is not None
        assert guard.check(one, NOW) is Verdict.PASS


def test_a_refused_or_dropped_message_spoils_a_trial() -> None:
    def metrics(*, failed: int = 0, dropped: int = 0, p99: float = 99.9) -> Metrics:
        found: Metrics = {
            "http_req_duration": {"values": {"med": 2.0, "p(99)": p99}},
            "http_reqs": {"values": {"count": 100}},
            "http_req_failed": {"values": {"passes": failed, "fails": 100 - failed}},
        }
        return found | ({"dropped_iterations": {"values": {"count": dropped}}} if dropped else {})

    assert read(metrics(), 10).within_limit
    assert read(metrics(failed=1), 10).accepted == 99
    for bad in (metrics(failed=1), metrics(dropped=1), metrics(p99=100.0)):
        assert not read(bad, 10).within_limit
