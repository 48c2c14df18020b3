"""A strict Bot API server: what it is asked it checks, what people write it keeps until it was taken, as the real one.

As telegram-bot-api --local it takes http webhooks. Every misuse is answered 400 and noted in `misuses`: a test ends with
`assert not peer.misuses`.
"""

import asyncio
import contextlib
import itertools
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.e2e.bot_api import units
from tests.e2e.jitter import jitter
from tests.e2e.telegram_peer_rules import Json, MisuseError, Rules, parsed
from tests.patience import PATIENCE_SECONDS

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX"
USERNAME = "paligs_test_bot"

_MARKS = re.compile(r"(?P<mention>@\w{5,32})|(?<!\S)(?P<bot_command>/\w{1,32}(?:@\w{5,32})?)")
_KINDS = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")


@dataclass(frozen=True, kw_only=True)
class ScriptedFailure:
    """What goes wrong with one call: a status (429 with retry_after), a cut connection, a slow answer.

    `used` lets the call take effect before its answer is lost.
    """

    status: int = 0
    description: str = "Bad Request: as played"
    """Said with a status of 400 to 499, except 429."""
    retry_after: int = 0
    drop_connection: bool = False
    delay_seconds: float = 0.0
    used: bool = False
    odd_shape: bool = False
    """The call takes effect, and its answer holds fields of another shape than the Bot API describes."""


class ApiError(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.answer = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.answer["parameters"] = parameters
        self.status = status


@dataclass(kw_only=True)
class Pending:
    """An update that was not taken yet. Updates of one queue are delivered one after the other."""

    update: Any
    queue: str
    expires: float
    fails: int = 0


@dataclass(kw_only=True)
class TelegramPeer:
    """The server; `async with TelegramPeer() as peer`. `speed` divides the waits between redeliveries."""

    speed: float = 50.0
    token: str = TOKEN
    rules: Rules = field(default_factory=Rules)
    contract_violations: list[str] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    sent: list[Json] = field(default_factory=list)
    """Messages of the bot in order; an edit changes them in place."""
    sent_at: list[float] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    deliveries: list[tuple[int, int]] = field(default_factory=list)
    """Webhook calls: update id, and status (0 for none)."""
    blocked: set[int] = field(default_factory=set)
    migrated: dict[int, int] = field(default_factory=dict)
    dead_topics: dict[int, str] = field(default_factory=dict)
    """What is said of a topic that cannot be written to."""
    pending: dict[int, Pending] = field(default_factory=dict)
    webhook: Json = field(default_factory=dict)
    profile: dict[tuple[str, str], Any] = field(default_factory=dict)
    allowed: list[str] | None = None
    posted: dict[tuple[int, int], Json] = field(default_factory=dict)
    """What people wrote and did not delete, by chat and number."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What people sent and Telegram still has, by file_id."""
    url: str = ""

    def __post_init__(self) -> None:
        """Nothing listens yet."""
        self.me = {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Paligs", "username": USERNAME}
        self._faults: dict[str, deque[ScriptedFailure]] = defaultdict(deque)
        self._numbers: Iterator[int] = itertools.count(1)
        self._update = 700_000_000
        self._callbacks: set[str] = set()
        self._news = asyncio.Event()
        self._poll = 0
        self._poll_ends = 0.0
        self._deliverers: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        """Listens on a free port of this machine."""
        application = web.Application()
        application.router.add_get("/file/bot{token}/{path:.+}", self._give_file)
        application.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = ClientSession(timeout=ClientTimeout(total=30))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hangs up."""
        self._stop_delivering()
        self._poll += 1
        self._news.set()
        await self._client.close()
        await self._runner.cleanup()

    # What people do

    def send_text(self, text: str, *, user: int = 42, chat: int | None = None, **more: Any) -> int:
        """Somebody writes; the message's id. More fields of the message may be given."""
        return self.send_message(user=user, chat=chat, text=text, entities=_entities(text), **more)

    def send_message(self, *, user: int = 42, chat: int | None = None, **content: Any) -> int:
        """Somebody sends a message of any kind; its id."""
        message = self._message(user, chat or user, content)
        self.posted[message["chat"]["id"], message["message_id"]] = message
        self.push_update({"message": message}, queue=f"chat {message['chat']['id']}")
        return int(message["message_id"])

    def edit_message(
        self, message_id: int, text: str, *, user: int = 42, chat: int | None = None, after: int = 5
    ) -> None:
        """Somebody changes a message."""
        message = self._message(user, chat or user, {"text": text, "entities": _entities(text)})
        message |= {"message_id": message_id, "edit_date": message["date"] + after}
        self.push_update({"edited_message": message}, queue=f"chat {message['chat']['id']}")

    def tap_button(self, title: str, *, user: int = 42, message: Json | None = None) -> str:
        """Somebody taps a choice, of the last message that has it; the callback's id."""
        under, data = self._button(title) if message is None else (message, _data(message, title))
        query = {"id": str(next(self._numbers)), "from": _user(user), "chat_instance": "1", "data": data}
        self._callbacks.add(str(query["id"]))
        # Another queue than the chat's: a tap can overtake a message.
        self.push_update({"callback_query": query | {"message": under}}, queue=f"tap {user}", lives=150)
        return str(query["id"])

    def push_update(self, update: Json, *, queue: str = "", lives: float = 86_400, check: bool = True) -> int:
        """Something happens; the update's id. Without `check` it may be anything."""
        self._update += 1
        whole = {"update_id": self._update} | update
        if check:
            self.rules.value("Update", whole, "Update")
        if self.allowed is None or not update.keys() & set(_KINDS) or update.keys() & set(self.allowed):
            self.pending[self._update] = Pending(update=whole, queue=queue, expires=time.monotonic() + lives)
        self._wake()
        return self._update

    def end_poll(self) -> None:
        """The time of the poll that waits is over: it is answered with nothing."""
        self._poll_ends = time.monotonic()
        self._wake()

    def script_failures(self, method: str, *faults: ScriptedFailure) -> None:
        """The next calls of `method` go wrong so, one fault each."""
        self._faults[method].extend(faults)

    def end_failures(self, method: str) -> None:
        """Whatever was scripted for `method` goes wrong no more."""
        self._faults[method].clear()

    def bot_texts(self, chat: int | None = None) -> list[str]:
        """The texts of the bot's messages."""
        return [message["text"] for message in self.sent if chat in (None, message["chat"]["id"])]

    def calls_of(self, method: str) -> list[Json]:
        """The fields of all calls of `method` that were right."""
        return [fields for name, fields in self.calls if name == method]

    def failures_left(self, method: str) -> int:
        """How many of the scripted failures of a method have not been met yet."""
        return len(self._faults[method])

    async def until(self, done: Callable[[], object], within: float = PATIENCE_SECONDS) -> None:
        """Waits until `done` is true."""
        async with asyncio.timeout(within):
            while not done():
                await asyncio.sleep(0.005)

    # The server

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        await jitter()
        response = await self._play(request)
        await jitter()
        return response

    async def _play(self, request: web.Request) -> web.StreamResponse:
        method, waiting = request.match_info["method"], self._faults[request.match_info["method"]]
        fault = waiting.popleft() if waiting else ScriptedFailure()
        await asyncio.sleep(fault.delay_seconds)
        broken = fault.drop_connection or fault.status >= 500
        answer, status = ({}, 200) if broken and not fault.used else await self._answer(request, method, fault)
        if fault.odd_shape:
            answer = answer | {"result": _of_another_shape(answer["result"])}
        if fault.drop_connection:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.status >= 500:
            return web.Response(status=fault.status, text="<html>Bad Gateway</html>", content_type="text/html")
        return web.json_response(answer, status=status)

    async def _answer(self, request: web.Request, method: str, fault: ScriptedFailure) -> tuple[Json, int]:
        try:
            if request.match_info["token"] != self.token:
                raise ApiError(401, "Unauthorized")
            if fault.status == 429:
                wait = fault.retry_after
                raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
            if fault.status:
                raise ApiError(fault.status, fault.description)
            return {"ok": True, "result": await self._call(method, await _given(request))}, 200
        except MisuseError as exc:
            self.contract_violations.append(str(exc))
            return ApiError(400, f"Bad Request: {exc}").answer, 400
        except ApiError as exc:
            return exc.answer, exc.status

    async def _call(self, method: str, given: Json) -> Any:
        fields = self.rules.request(method, given)
        self.calls.append((method, fields))
        if method == "getUpdates":
            return await self._updates(fields)
        if method.startswith(("setMy", "getMy")):
            return self._about(method, fields)
        plays: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda _fields: self.me,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "sendMessage": self._send,
            "getFile": self._get_file,
            "sendChatAction": self._act,
            "editMessageText": self._edit,
            "editMessageReplyMarkup": self._edit,
            "answerCallbackQuery": self._acknowledge,
        }
        if method not in plays:
            raise MisuseError(f"{method} is not played here: should this channel call it?")
        return plays[method](fields)

    def _about(self, method: str, fields: Json) -> Any:
        what, code = method[3:], fields.get("language_code", "")
        name = {"MyCommands": "commands", "MyDescription": "description", "MyShortDescription": "short_description"}[
            what
        ]
        if method.startswith("set"):
            self.profile[what, code] = fields[name]
            return True
        default = [] if what == "MyCommands" else ""
        held = self.profile.get((what, code), default)
        return held if what == "MyCommands" else {name: held}

    # Talking

    def _send(self, fields: Json) -> Json:
        chat = self._reachable(fields["chat_id"])
        if fields.get("message_thread_id") in self.dead_topics:
            raise ApiError(400, f"Bad Request: {self.dead_topics[fields['message_thread_id']]}")
        text, entities = parsed(fields["text"]) if "parse_mode" in fields else (fields["text"], [])
        message = {"message_id": next(self._numbers), "from": self.me, "date": int(time.time()), "chat": _chat(chat)}
        message |= {"text": text.strip(), "entities": entities}
        if "reply_markup" in fields:
            message["reply_markup"] = fields["reply_markup"]
        if "reply_parameters" in fields:
            message |= self._quoted(chat, fields["reply_parameters"])
        if "message_thread_id" in fields:
            message |= {"message_thread_id": fields["message_thread_id"], "is_topic_message": True}
        self.rules.value("Message", message, "Message")
        self.sent.append(message)
        self.sent_at.append(time.monotonic())
        return message

    def _quoted(self, chat: int, wanted: Json) -> Json:
        """A message that is not there is an error, unless the bot said that it does not mind."""
        found = self.posted.get((chat, wanted["message_id"]))
        if found is None and not wanted.get("allow_sending_without_reply"):
            raise ApiError(400, "Bad Request: message to be replied not found")
        return {} if found is None else {"reply_to_message": found}

    def _get_file(self, fields: Json) -> Json:
        file_id = fields["file_id"]
        if file_id not in self.files:
            raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_path": f"photos/{file_id}.jpg"}

    async def _give_file(self, request: web.Request) -> web.StreamResponse:
        """GET /file/bot<token>/photos/<file_id>.jpg: without a type of content, as Telegram."""
        file_id = request.match_info["path"].removeprefix("photos/").removesuffix(".jpg")
        if request.match_info["token"] != self.token or file_id not in self.files:
            return web.Response(status=404)
        return web.Response(body=self.files[file_id], content_type="application/octet-stream")

    def _act(self, fields: Json) -> bool:
        return bool(self._reachable(fields["chat_id"]))

    def _edit(self, fields: Json) -> Json:
        chat, number = self._reachable(fields["chat_id"]), fields["message_id"]
        found = (old for old in self.sent if old["chat"]["id"] == chat and old["message_id"] == number)
        message = next(found, None)
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        markup = fields.get("reply_markup")
        text, entities = fields.get("text", message["text"]), fields.get("entities", message["entities"])
        if "parse_mode" in fields:
            text, entities = parsed(fields["text"])
        if message.get("text") == text and message["entities"] == entities and message.get("reply_markup") == markup:
            raise ApiError(400, "Bad Request: message is not modified")
        message["text"], message["entities"] = str(text).strip(), entities
        message.pop("reply_markup", None)
        if markup is not None:
            message["reply_markup"] = markup
        return message

    def _acknowledge(self, fields: Json) -> bool:
        if fields["callback_query_id"] not in self._callbacks:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._callbacks.discard(fields["callback_query_id"])
        self.answered.append(fields["callback_query_id"])
        return True

    def _reachable(self, chat: Any) -> int:
        number = int(chat)
        if number in self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if number in self.migrated:
            new = self.migrated[number]
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, description, migrate_to_chat_id=new)
        return number

    def _button(self, title: str) -> tuple[Json, str]:
        for message in reversed(self.sent):
            data = _data(message, title)
            if data:
                return dict(message), data
        raise AssertionError(f"no choice is called {title!r}")

    def _message(self, user: int, chat: int, content: Json) -> Json:
        basic = {"message_id": next(self._numbers), "from": _user(user), "chat": _chat(chat), "date": int(time.time())}
        return basic | content

    # Handing updates over

    async def _updates(self, fields: Json) -> list[Any]:
        if self.webhook:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        self.allowed = fields["allowed_updates"]
        self._poll += 1
        mine, offset = self._poll, fields.get("offset", 0)
        self._wake()  # The older of two polls is ended.
        for number in [number for number in self.pending if number < offset]:
            del self.pending[number]
        self._poll_ends = time.monotonic() + fields.get("timeout", 0)
        while not self.pending and (left := self._poll_ends - time.monotonic()) > 0 and mine == self._poll:
            await _wait(self._news, left)
        if mine != self._poll:
            raise ApiError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot runs")
        return [held.update for held in itertools.islice(self.pending.values(), fields.get("limit", 100))]

    def _set_webhook(self, fields: Json) -> bool:
        self._stop_delivering()
        self.webhook, self.allowed = fields, fields["allowed_updates"]
        self._wake()
        return True

    def _delete_webhook(self, _fields: Json) -> bool:
        self._stop_delivering()
        self.webhook = {}
        return True

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
        if self.webhook:
            for queue in {held.queue for held in self.pending.values()} - self._deliverers.keys():
                task = asyncio.create_task(self._deliver(queue), name=f"deliver {queue}")
                self._deliverers[queue] = task

    def _stop_delivering(self) -> None:
        for task in self._deliverers.values():
            task.cancel()
        self._deliverers.clear()

    async def _deliver(self, queue: str) -> None:
        """As WebhookActor.cpp: the head of a queue again and again until 2xx; at once, then after 2, 4, ... seconds."""
        while head := next((held for held in self.pending.values() if held.queue == queue), None):
            number = next(number for number, held in self.pending.items() if held is head)
            status, wait = await self._post(number, head.update)
            if 200 <= status < 300 or time.monotonic() > head.expires:
                self.pending.pop(number, None)
                continue
            head.fails += 1
            await asyncio.sleep((wait or (min(60, 2 ** (head.fails - 1)) if head.fails > 1 else 0)) / self.speed)
        self._deliverers.pop(queue, None)

    async def _post(self, number: int, update: Any) -> tuple[int, int]:
        headers = {"Content-Type": "application/json"}
        if "secret_token" in self.webhook:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook["secret_token"]
        status = wait = 0
        try:
            async with self._client.post(self.webhook["url"], json=update, headers=headers) as response:
                status, wait = response.status, int(response.headers.get("Retry-After", 0))
                await response.read()
        except (ClientError, TimeoutError):
            await asyncio.sleep(0.01)
        self.deliveries.append((number, status))
        return status, wait


async def _given(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {**request.query, **await request.post()}


async def _wait(news: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()


def _user(user: int) -> Json:
    return {"id": user, "is_bot": False, "first_name": "Anna", "language_code": "lv"}


def _of_another_shape(result: Any) -> Any:
    return result | {"entities": 5, "reply_markup": [7], "date": None} if isinstance(result, dict) else 5


def _chat(chat: int) -> Json:
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": "Anna"}
    return {"id": chat, "type": "supergroup" if chat < -1_000_000_000_000 else "group", "title": "Bistro"}


def _entities(text: str) -> list[Json]:
    return [
        {"type": str(found.lastgroup), "offset": units(text[: found.start()]), "length": units(found[0])}
        for found in _MARKS.finditer(text)
    ]


def _data(message: Json, title: str) -> str:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return next((str(button["callback_data"]) for row in rows for button in row if button["text"] == title), "")
