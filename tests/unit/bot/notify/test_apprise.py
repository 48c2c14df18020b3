"""What Apprise itself makes of a service that refuses, that does not answer, and that takes its time."""

import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import apprise as library
import pytest

from bot.notify import apprise
from bot.notify.interface import NotifyError, SampleNotification, Thread
from bot.notify.staff_address import parse_staff_address
from bot.notify.wording.notification_texts import NotificationTexts
from kb.model import TicketAddress
from tests.doubles import small_base

# Apprise imports what Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

TICKET = TicketAddress(email="tickets@bistro.lv")


@dataclass
class SlowService:
    """A receiver of JSON: what it has read, and whether it answers."""

    answers: bool = True
    status: int = 200
    go_on: threading.Event = field(default_factory=threading.Event)
    posts: list[bytes] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def service() -> Iterator[SlowService]:
    """It listens on this machine."""
    state = SlowService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.posts.append(self.rfile.read(int(self.headers["Content-Length"])))
            if not state.answers:
                state.go_on.wait()
            self.send_response(state.status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    state.go_on.set()
    server.shutdown()
    server.server_close()


async def notify(url: str) -> str:
    directory = small_base().directory
    texts = NotificationTexts.for_directory(lambda: directory, "lv", UTC, {})
    notifier = apprise.AppriseNotifier(texts=texts, ticket_address=lambda: TICKET)
    return await notifier.notify(parse_staff_address(url, TICKET), SampleNotification(), Thread(key="k"))


async def test_a_service_that_does_not_answer_may_have_it(
    service: SlowService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answers = False
    monkeypatch.setattr(apprise, "READ_TIMEOUT_SECONDS", 0.2)
    with pytest.raises(NotifyError, match="may have it") as caught:
        await notify(f"json://127.0.0.1:{service.port}/x")
    assert (caught.value.uncertain, caught.value.permanent) == (True, False)
    assert len(service.posts) == 1


async def test_a_service_that_hangs_longer_than_anything_may_have_it_too(
    service: SlowService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answers = False
    monkeypatch.setattr(apprise, "NOTIFY_TIMEOUT_SECONDS", 0.2)
    with pytest.raises(NotifyError) as caught:
        await notify(f"json://127.0.0.1:{service.port}/x")
    assert caught.value.uncertain


async def test_the_time_limit_of_the_url_counts(service: SlowService) -> None:
    service.answers = False
    with pytest.raises(NotifyError) as caught:
        await notify(f"json://127.0.0.1:{service.port}/x?rto=0.2")
    assert caught.value.uncertain


@pytest.mark.parametrize("status", [400, 500])
async def test_a_service_that_refuses_has_it_not(service: SlowService, status: int) -> None:
    service.status = status
    with pytest.raises(NotifyError, match="did not take it") as caught:
        await notify(f"json://127.0.0.1:{service.port}/x")
    assert not caught.value.uncertain


async def test_a_service_that_is_not_there_has_it_not() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotifyError) as caught:
            await notify(f"json://127.0.0.1:{taken.getsockname()[1]}/x")
    assert not caught.value.uncertain


async def test_what_apprise_logs_goes_nowhere(service: SlowService, caplog: pytest.LogCaptureFixture) -> None:
    service.status = 500
    with caplog.at_level(logging.DEBUG), pytest.raises(NotifyError):
        await notify(f"json://127.0.0.1:{service.port}/secret-path")
    assert not [record for record in caplog.records if record.name.startswith("apprise")]


def test_the_time_limit_is_longer_than_what_services_take_and_shorter_than_ours() -> None:
    assert apprise.CONNECT_TIMEOUT_SECONDS + apprise.READ_TIMEOUT_SECONDS < apprise.NOTIFY_TIMEOUT_SECONDS


@pytest.mark.parametrize(("query", "seconds"), [("", apprise.READ_TIMEOUT_SECONDS), ("?rto=33", 33.0)])
def test_the_time_limit_is_ours_unless_the_url_names_one(
    monkeypatch: pytest.MonkeyPatch, query: str, seconds: float
) -> None:
    limits: list[float] = []

    def taken(service: library.NotifyBase, **_: str) -> bool:
        limits.append(service.socket_read_timeout)
        return True

    monkeypatch.setattr(library.NotifyBase, "notify", taken)
    assert apprise._send_with_apprise(f"json://127.0.0.1/x{query}", "title", "body")
    assert limits == [seconds]
