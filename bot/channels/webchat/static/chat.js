// The chat page: puts connection, log and composer together.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { watchBanners } from "./banners.js";
import { Log } from "./log.js";
import { language, words } from "./words.js";

const NAME = document.title;
const TYPING_AFTER = 350;
const TYPING_AT_MOST = 20_000;

const chat = document.getElementById("chat");
const state = document.getElementById("state");
const offline = document.getElementById("offline");
const menu = document.getElementById("menu");
const ask = document.getElementById("ask");

const sent = new Map();
const typing = { start: 0, stop: 0 };

// The code at a till leads here with the venue's token: told once with the greeting, and taken out of the address.
const address = new URL(location.href);
let arrival = address.searchParams.has("v") ? { venue: address.searchParams.get("v"), visit: newId() } : {};
if (arrival.venue !== undefined) {
  if (!/^[\w-]{1,64}$/.test(arrival.venue)) arrival = {};
  address.searchParams.delete("v");
  history.replaceState(null, "", address);
}

const log = new Log({ onTap: tap, onResend: resend });
const composer = new Composer((text) => send({ type: "say", text }));
const connection = new Connection({
  hello: () => ({ type: "hello", after: log.last, lang: language, ...arrival }),
  frame: hear,
  state: show,
});

function send(frame) {
  const whole = { ...frame, id: newId() };
  sent.set(whole.id, whole);
  log.pending(whole, connection.online ? "sending" : "waiting");
  connection.send(whole);
}

function tap(option, turn) {
  send({ type: "tap", choice: option.id, text: option.title, turn });
  composer.focus();
}

function resend(id) {
  log.mark(id, connection.online ? "sending" : "waiting");
  connection.send(sent.get(id));
  composer.focus({ byKeyboard: true });
}

const heard = {
  welcome({ messages, fresh }) {
    arrival = {};
    log.history(messages, fresh);
    log.markAll("waiting", "sending");
    if (messages.some((message) => !message.mine)) replied();
  },
  accepted({ id }) {
    sent.delete(id);
    log.mark(id, "stored");
    // Only now it is sure that somebody writes back; the reply may be here already.
    if (log.isLast(id)) expectReply();
  },
  message(message) {
    if (!message.mine) replied();
    if (log.show(message) && !message.mine && document.hidden) document.title = `● ${NAME}`;
  },
  error({ id, text }) {
    replied();
    log.mark(id, "failed", text);
  },
};

function hear(frame) {
  heard[frame.type]?.(frame);
}

function show(now) {
  chat.dataset.state = now;
  state.textContent = words[now];
  offline.hidden = now !== "offline";
  if (now === "offline") {
    replied();
    log.markAll("sending", "waiting");
  }
}

function expectReply() {
  replied();
  typing.start = setTimeout(() => log.typing(true), TYPING_AFTER);
  typing.stop = setTimeout(replied, TYPING_AT_MOST);
}

function replied() {
  clearTimeout(typing.start);
  clearTimeout(typing.stop);
  log.typing(false);
}

// crypto.randomUUID is missing where the page is opened over plain http.
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function closeMenu({ focus = false } = {}) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

document.getElementById("help").addEventListener("click", () => {
  closeMenu();
  send({ type: "say", text: "/help" });
  composer.focus();
});
document.getElementById("forget").addEventListener("click", () => {
  closeMenu({ focus: true });
  ask.showModal();
});
document.getElementById("keep").addEventListener("click", () => ask.close());
document.getElementById("erase").addEventListener("click", () => {
  ask.close();
  send({ type: "say", text: "/forget" });
});
menu.addEventListener("keydown", (event) => event.key === "Escape" && closeMenu({ focus: true }));
document.addEventListener("click", (event) => menu.contains(event.target) || closeMenu());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = NAME;
});

// A help page leads here with a question: it is filled in, and sent by the person alone.
const asked = new URLSearchParams(location.hash.slice(1)).get("ask");
if (asked) {
  composer.fill(asked);
  history.replaceState(null, "", location.pathname + location.search);
}

connection.open();
watchBanners(language);
