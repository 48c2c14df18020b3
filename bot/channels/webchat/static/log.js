// What was said, on the page: built from pieces, never from markup.

import { day, sameDay, time, words } from "./words.js";

const NEAR_END = 80;
const LONGEST_LINK = 32;

export class Log {
  #log = document.getElementById("log");
  #typing = document.getElementById("typing");
  #newest = document.getElementById("newest");
  #bySequence = new Map();
  #byId = new Map();
  #onTap;
  #onResend;

  constructor({ onTap, onResend }) {
    this.#onTap = onTap;
    this.#onResend = onResend;
    this.#newest.addEventListener("click", () => this.toEnd());
    this.#log.addEventListener("scroll", () => this.#atEnd() && (this.#newest.hidden = true), { passive: true });
    new ResizeObserver(() => this.#newest.hidden && this.toEnd()).observe(this.#log);
  }

  get last() {
    return Math.max(0, ...this.#bySequence.keys());
  }

  // Many at once are history: a screen reader is not made to read all of it out.
  history(messages, fresh) {
    this.#log.setAttribute("aria-live", "off");
    if (fresh) this.#clear();
    for (const message of messages) this.#place(message);
    this.#settle();
    this.toEnd();
    setTimeout(() => this.#log.setAttribute("aria-live", "polite"), 500);
  }

  show(message) {
    const stay = this.#atEnd() || message.mine;
    if (!this.#place(message)) return false;
    this.#settle();
    if (stay) this.toEnd();
    else this.#newest.hidden = false;
    return true;
  }

  // The person's own words, before the server has them.
  pending({ id, text }, state) {
    const element = this.#bubble({ mine: true, id, spans: [{ text }], options: [], at: new Date() });
    this.#byId.set(id, element);
    this.#typing.before(element);
    this.mark(id, state);
    this.#settle();
    this.toEnd();
  }

  // state: waiting | sending | stored | failed
  mark(id, state, why = "") {
    const element = this.#byId.get(id);
    if (!element) return;
    element.dataset.state = state;
    element.querySelector(".fate").textContent = words[state] ?? "";
    element.querySelector(".again")?.remove();
    if (state === "failed") element.append(this.#again(id, why));
  }

  // Whether a message is the last one said: nobody has answered it.
  isLast(id) {
    return [...this.#log.querySelectorAll(".message")].at(-1) === this.#byId.get(id);
  }

  markAll(from, to) {
    for (const [id, element] of this.#byId) if (element.dataset.state === from) this.mark(id, to);
  }

  typing(on) {
    if (this.#typing.hidden !== on) return;
    const stay = this.#atEnd();
    this.#typing.hidden = !on;
    if (stay) this.toEnd();
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#newest.hidden = true;
  }

  #atEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_END;
  }

  #clear() {
    this.#bySequence.clear();
    for (const element of this.#log.querySelectorAll(".message, .day")) {
      if (element.dataset.state && element.dataset.state !== "stored") continue;
      this.#byId.delete(element.dataset.id);
      element.remove();
    }
  }

  #place(message) {
    if (this.#bySequence.has(message.sequence)) return false;
    const before = this.#byId.get(message.id);
    // A message without words (nothing readable was in it, or it asked to forget all) looks as it was written, or not at all.
    const wordless = message.mine && !message.spans.length;
    if (wordless && !before) return false;
    const element = wordless ? before : this.#bubble(message);
    before?.remove();
    if (message.id) this.#byId.set(message.id, element);
    this.#bySequence.set(message.sequence, element);
    element.dataset.sequence = message.sequence;
    if (message.mine) element.dataset.state = "stored";
    this.#after(message.sequence).before(element);
    return true;
  }

  // The element that comes after the place of a sequence number; what is not stored yet stays last.
  #after(sequence) {
    let after = this.#typing;
    const told = [...this.#log.querySelectorAll(".message")].reverse();
    for (const element of told) {
      if (Number(element.dataset.sequence) < sequence) break;
      after = element;
    }
    return after;
  }

  #settle() {
    for (const separator of this.#log.querySelectorAll(".day")) separator.remove();
    const told = [...this.#log.querySelectorAll(".message")];
    let before = null;
    for (const element of told) {
      const at = new Date(element.dataset.at);
      const newDay = !before || !sameDay(new Date(before.dataset.at), at);
      if (newDay) element.before(make("p", "day", day(at)));
      element.classList.toggle("joined", !newDay && before.classList.contains("mine") === element.classList.contains("mine"));
      before = element;
    }
    this.#settleChoices(told);
  }

  // Only the last choices can be taken, and only until something is said: then they fold away.
  #settleChoices(told) {
    told.forEach((element, place) => {
      const options = element.querySelector(".options");
      if (options) options.hidden = place < told.length - 1;
    });
  }

  #bubble({ mine, id, spans, options, at, turn }) {
    const when = new Date(at);
    const element = make("div", `message ${mine ? "mine" : "theirs"}`);
    Object.assign(element.dataset, { at: when.toISOString(), id: id ?? "" });
    const bubble = make("div", "bubble");
    const said = make("div", "words");
    said.append(...spans.flatMap(pieces));
    const meta = make("span", "meta");
    const clock = make("time", "", time(when));
    clock.dateTime = when.toISOString();
    meta.append(clock);
    if (mine) meta.append(make("span", "fate unseen", words.stored));
    bubble.append(make("span", "unseen", `${mine ? words.you : words.bot}: `), said, meta);
    element.append(bubble);
    if (options.length) element.append(this.#choices(options, turn));
    return element;
  }

  #choices(options, turn) {
    const group = make("div", "options");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", words.choices);
    for (const option of options) {
      const button = make("button", option.quiet ? "option quiet" : "option", option.title);
      button.type = "button";
      if (option.number) button.append(" ", make("span", "number", option.number));
      button.addEventListener("click", () => this.#onTap(option, turn));
      group.append(button);
    }
    return group;
  }

  #again(id, why) {
    const line = make("p", "again", `${why || words.failed} `);
    const button = make("button", "", words.resend);
    button.type = "button";
    button.addEventListener("click", () => this.#onResend(id));
    line.append(button);
    return line;
  }
}

function pieces({ text, href }) {
  return href && /^(https?:|mailto:|tel:|\/t\/)/i.test(href) ? [link(text, href)] : paragraphs(text);
}

// An empty line between paragraphs takes half a line only.
function paragraphs(text) {
  return text.split(/\n{2,}/).flatMap((part, place) => (place ? [make("span", "gap", "\n\n"), part] : [part]));
}

function link(text, href) {
  const link = make("a", "", text);
  link.href = href;
  // A path is a draft page of ours: it opens at the host that this page came from.
  const draft = href.startsWith("/");
  if (!draft && !href.startsWith("http")) return link;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.classList.toggle("draft", draft);
  if (draft) {
    link.textContent = words.open_draft;
    return link;
  }
  const { host, pathname } = new URL(href);
  link.textContent = readable(host, pathname);
  link.title = href;
  return link;
}

// Where a link leads, short enough for a bubble; the whole address is in the title.
function readable(host, pathname) {
  const whole = host + pathname.replace(/\/$/, "");
  return whole.length <= LONGEST_LINK ? whole : `${host}/…`;
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
