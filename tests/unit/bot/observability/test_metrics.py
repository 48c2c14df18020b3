"""What can be counted and timed from outside, without a word about anybody."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import structlog
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families
from pytest_aiohttp import AiohttpClient
from sqlalchemy import Engine
from structlog.testing import LogCapture

from bot.database.transactions import Transactions
from bot.delivery.jobs.embedded import EmbeddedRunner
from bot.intake.guards import FloodControlled
from bot.observability.metrics import PrometheusMetrics, metrics_routes, read_gauges
from storage.conversations import dead_letters
from storage.database import engine
from storage.helpdesk import handoffs
from tests.contract.talks import close_handoff, take_handoff
from tests.doubles import NOW, RecordingJobRunner
from tests.unit.bot.conftest import ProgramFixture

ReadSample = Callable[..., float]
"""The value of a sample by its name and the values of its labels; -1 where there is none."""


def read(text: str) -> ReadSample:
    """What Prometheus would read."""
    families = text_string_to_metric_families(text)
    found = {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }
    return lambda name, *labels: found.get((name, frozenset(labels)), -1)


async def scrape(client: AiohttpClient, metrics: PrometheusMetrics, database: Engine) -> tuple[ReadSample, str]:
    with ThreadPoolExecutor(1) as threads:
        application = web.Application()
        application.add_routes(
            metrics_routes(
                metrics, Transactions(database, threads), lambda: NOW + timedelta(seconds=90), RecordingJobRunner()
            )
        )
        response = await (await client(application)).get("/metrics")
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        text = await response.text()
    return read(text), text


async def test_messages_are_counted_by_channel_and_act_and_timed(
    program: ProgramFixture, aiohttp_client: AiohttpClient
) -> None:
    metrics = PrometheusMetrics()
    intake = replace(program.intake, metrics=metrics)
    for text in ("hours", "dead", "dead"):
        await intake(program.inbound(text))
    await intake(program.inbound("hours", message_id="m1"))

    seen, _ = await scrape(aiohttp_client, metrics, program.database)

    assert seen("paligs_messages_total", "test", "answer") == 1
    assert seen("paligs_messages_total", "test", "critical") == 2
    assert seen("paligs_decision_duration_seconds_count") == 3
    assert seen("paligs_intake_duration_seconds_count", "test") == 4
    assert 0 < seen("paligs_intake_duration_seconds_sum", "test") < 60


async def test_what_waits_and_what_is_parked_is_read_from_the_database(
    program: ProgramFixture, aiohttp_client: AiohttpClient
) -> None:
    for text in ("hours", "dead"):
        await program.intake(program.inbound(text))
    with engine.write_transaction(program.database) as connection:
        for _ in range(dead_letters.MAX_ATTEMPTS):
            dead_letters.record_failure(connection, program.inbound("x", message_id="bad"), "KeyError", NOW)

    seen, _ = await scrape(aiohttp_client, PrometheusMetrics(), program.database)

    assert seen("paligs_database_up") == 1
    assert seen("paligs_outbox_waiting") == 2
    assert seen("paligs_outbox_oldest_age_seconds") == 90
    assert seen("paligs_dead_letters") == 1
    assert seen("paligs_workers_alive") == 1


async def test_who_waits_for_people_is_read_by_line_and_is_gone_when_it_is_over(
    program: ProgramFixture, aiohttp_client: AiohttpClient
) -> None:
    for sender in ("anna", "boris"):
        await program.intake(program.inbound("dead", sender=sender))
    with engine.write_transaction(program.database) as connection:
        first, second = handoffs.list_by_state(connection)
        take_handoff(connection, second.id, "Ilze", NOW)
    metrics = PrometheusMetrics()

    seen, text = await scrape(aiohttp_client, metrics, program.database)
    assert seen("paligs_handoffs", first.line, "open") == seen("paligs_handoffs", first.line, "taken") == 1
    assert seen("paligs_handoff_oldest_age_seconds", first.line, "open") == 90
    assert "Ilze" not in text

    with engine.write_transaction(program.database) as connection:
        close_handoff(connection, first.id, NOW)
    metrics.set_gauges(await read_gauges(program.intake.transactions, RecordingJobRunner()), NOW)
    assert metrics.registry.get_sample_value("paligs_handoffs", {"line": first.line, "state": "open"}) is None


async def test_deliveries_are_counted_by_how_they_went(program: ProgramFixture, aiohttp_client: AiohttpClient) -> None:
    metrics = PrometheusMetrics()
    deliver = replace(program.deliver, metrics=metrics)
    for text in ("hours", "dead", "person"):
        await program.intake(program.inbound(text))
    program.channel.fail_next(permanent=True)
    program.channel.fail_next(permanent=False)
    await deliver(program.submitted[-1])
    program.time[0] += timedelta(minutes=10)
    await deliver(program.submitted[-1])

    seen, _ = await scrape(aiohttp_client, metrics, program.database)

    assert {result: seen("paligs_deliveries_total", "test", result) for result in ("sent", "retried", "failed")} == {
        "sent": 2,
        "retried": 1,
        "failed": 1,
    }


async def test_what_is_turned_away_is_counted_with_its_reason(
    program: ProgramFixture, aiohttp_client: AiohttpClient
) -> None:
    metrics = PrometheusMetrics()
    metrics.count_rejected_webhook("whatsapp", "signature")
    metrics.count_dropped_update("telegram", "not_json")
    metrics.count_throttled("telegram", "silent")

    seen, _ = await scrape(aiohttp_client, metrics, program.database)

    assert seen("paligs_webhooks_rejected_total", "whatsapp", "signature") == 1
    assert seen("paligs_updates_dropped_total", "telegram", "not_json") == 1
    assert seen("paligs_messages_throttled_total", "telegram", "silent") == 1


async def test_a_database_that_is_away_hides_nothing_else(aiohttp_client: AiohttpClient) -> None:
    metrics, empty = PrometheusMetrics(), engine.create_database_engine("sqlite://")
    metrics.count_rejected_webhook("telegram", "secret")

    seen, _ = await scrape(aiohttp_client, metrics, empty)

    assert seen("paligs_database_up") == 0
    assert seen("paligs_webhooks_rejected_total", "telegram", "secret") == 1
    empty.dispose()


async def test_nothing_personal_is_shown(program: ProgramFixture, aiohttp_client: AiohttpClient) -> None:
    metrics = PrometheusMetrics()
    sender = "whatsapp:+37120000077"
    await replace(program.intake, metrics=metrics)(program.inbound("ŠNICELIS", sender=sender))
    await replace(program.deliver, metrics=metrics)(program.submitted[-1])

    _, text = await scrape(aiohttp_client, metrics, program.database)

    assert not re.search(r"ŠNICELIS|37120000077|" + program.submitted[-1], text)


async def test_each_program_counts_for_itself(program: ProgramFixture, aiohttp_client: AiohttpClient) -> None:
    one, other = PrometheusMetrics(), PrometheusMetrics()
    one.count_rejected_webhook("telegram", "secret")

    seen, _ = await scrape(aiohttp_client, other, program.database)

    assert seen("paligs_webhooks_rejected_total", "telegram", "secret") == -1


async def test_the_turn_runs_through_the_log(program: ProgramFixture) -> None:
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    try:
        runner = EmbeddedRunner(program.deliver, program.deliver.due_conversations, program.deliver.purge)
        intake = replace(program.intake, jobs=runner)
        await FloodControlled(receive=intake, intake=intake)(program.inbound("hours", message_id="one"))
        await runner.stop()
    finally:
        structlog.configure(processors=before)
    decided, sent = capture.entries
    assert (decided["event"], decided["message"]) == ("intake.decided", "one")
    assert "message" not in sent
    assert (sent["event"], sent["turn"], sent["conversation"]) == (
        "delivery.sent",
        decided["turn"],
        decided["conversation"],
    )
    assert structlog.contextvars.get_contextvars() == {}
