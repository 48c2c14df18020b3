"""The least that a bot in one Python process does: checks, understands, stores in SQLite and answers, without any care.

It decides as the program does, in conversations too, which it keeps in memory. It has no guard, no log, no numbers, no
second try, one connection, and waits for the disk in its event loop. What it takes a second is as much as `paligs run`
could come to on the same machine, however little stood around it.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import ClientSession, web
from twilio.request_validator import RequestValidator

from bot.knowledge.factory import load_knowledge
from handlers.model.messages import Inbound
from handlers.model.session import Decision, Session
from handlers.rendering import EmailDraft, RenderContext, render
from handlers.router import decide
from tests.bench.signed import NUMBER, TOKEN

_TABLES: Final = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE talks (id INTEGER PRIMARY KEY, address TEXT UNIQUE, seen TEXT, session TEXT);
    CREATE TABLE turns (id INTEGER PRIMARY KEY, talk INTEGER, handler TEXT, trace TEXT, at TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY, talk INTEGER, turn INTEGER, text TEXT, sid TEXT, at TEXT, due TEXT,
        UNIQUE (talk, sid));
    CREATE TABLE counts (day TEXT, act TEXT, entry TEXT, number INTEGER, PRIMARY KEY (day, act, entry));
"""
_OPEN: Final = (
    "INSERT INTO talks (address, seen) VALUES (?, ?) ON CONFLICT DO UPDATE SET seen = excluded.seen RETURNING id"
)
_HEAR: Final = "INSERT INTO messages (talk, text, sid, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id"
_TURN: Final = "INSERT INTO turns (talk, handler, trace, at) VALUES (?, ?, ?, ?) RETURNING id"
_SAY: Final = "INSERT INTO messages (talk, turn, text, at, due) VALUES (?, ?, ?, ?, ?) RETURNING id"
_COUNT: Final = "INSERT INTO counts VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET number = number + 1"


class MinimalBot:
    """One account, one database."""

    def __init__(self, url: str, rest: str, database: Path) -> None:
        self._url, self._rest = url, rest
        self._validator = RequestValidator(TOKEN)
        self._known = load_knowledge()
        self._database = sqlite3.connect(database, isolation_level=None)
        self._database.executescript(_TABLES)
        self._sending: set[asyncio.Task[None]] = set()
        self._sessions: dict[int, Session] = {}

    def application(self) -> web.Application:
        """One route, at which `url` is served."""
        least = web.Application()
        least.add_routes([web.post("/webhooks/twilio", self.message)])
        least.cleanup_ctx.append(self._session)
        return least

    async def message(self, request: web.Request) -> web.Response:
        """A message: answered when it and its reply are committed."""
        fields = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        if not self._validator.validate(self._url, fields, request.headers.get("X-Twilio-Signature", "")):
            raise web.HTTPForbidden
        now = datetime.now(UTC)
        sender = fields["From"]
        inbound = Inbound(
            channel="whatsapp",
            conversation=sender,
            sender=sender,
            message_id=fields["MessageSid"],
            sent_at=now,
            text=fields["Body"],
        )
        reply = self._stored(inbound, now)
        if reply is not None:
            task = asyncio.create_task(self._send(sender, *reply))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return web.Response(text="<Response/>", content_type="text/xml")

    def _stored(self, inbound: Inbound, now: datetime) -> tuple[int, str] | None:
        run, at = self._database.execute, now.isoformat()
        run("BEGIN IMMEDIATE")
        (talk,) = run(_OPEN, (inbound.sender, at)).fetchone()
        (heard,) = run(_HEAR, (talk, inbound.text, inbound.message_id, at)).fetchone()
        decision = decide(inbound, self._sessions.get(talk, Session()), self._known, now)
        self._sessions[talk] = decision.session
        trace, text = decision.trace, self._render(decision)
        (turn,) = run(_TURN, (talk, trace.handler, repr(trace.explanation), at)).fetchone()
        run("UPDATE messages SET turn = ? WHERE id = ?", (turn, heard))
        run("UPDATE talks SET session = ? WHERE id = ?", (repr(decision.session), talk))
        (reply,) = run(_SAY, (talk, turn, text, at, at)).fetchone()
        run(_COUNT, (at[:10], trace.act, trace.entry or ""))
        run("COMMIT")
        return None if text is None else (reply, text)

    def _render(self, decision: Decision) -> str | None:
        directory, language = self._known.base.directory, decision.trace.language
        voice = RenderContext(phrases=self._known.phrases, directory=directory, language=language)
        reply = render(decision.actions, voice, EmailDraft())
        return None if reply is None else reply.text

    async def _send(self, to: str, reply: int, text: str) -> None:
        form = {"To": to, "From": f"whatsapp:{NUMBER}", "Body": text}
        async with self._client.post(self._rest, data=form) as answer:
            sid = json.loads(await answer.read())["sid"]
        self._database.execute("UPDATE messages SET due = NULL, sid = ? WHERE id = ?", (sid, reply))

    async def _session(self, _application: web.Application) -> AsyncIterator[None]:
        async with ClientSession() as self._client:
            yield


if __name__ == "__main__":
    port, peer, file = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    address = f"http://127.0.0.1:{port}/webhooks/twilio"
    application = MinimalBot(address, f"http://127.0.0.1:{peer}/", file).application()
    web.run_app(application, host="127.0.0.1", port=port, access_log=None, print=None)
