// The WebSocket: comes back by itself, and keeps every message until the server has stored it.

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 15_000;
const PATIENCE = 10_000;
const FAILURES_BEFORE_ASKING = 2;

export class Connection {
  #socket = null;
  #failures = 0;
  #timer = 0;
  #watch = 0;
  #waiting = new Map();
  #welcomed = false;
  #on;

  // on: hello() gives the first frame, frame(frame) takes each from the server, state("online" | "offline").
  constructor(on) {
    this.#on = on;
    addEventListener("online", () => this.#retryNow());
    addEventListener("offline", () => this.#socket && this.#restart());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#retryNow());
  }

  open() {
    clearTimeout(this.#timer);
    const address = new URL("/chat/ws", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.#on.hello()));
    socket.onmessage = (event) => socket === this.#socket && this.#hear(JSON.parse(event.data));
    socket.onclose = () => socket === this.#socket && this.#lost();
  }

  // Sent now or when the connection is back, and again until it is stored: the server knows the id.
  send(frame) {
    this.#waiting.set(frame.id, frame);
    if (this.#welcomed) this.#post(frame);
  }

  get online() {
    return this.#welcomed;
  }

  #post(frame) {
    this.#socket.send(JSON.stringify(frame));
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#waiting.size && this.#restart(), PATIENCE);
  }

  #hear(frame) {
    if (frame.type === "welcome") {
      this.#failures = 0;
      this.#welcomed = true;
    }
    if (frame.type === "accepted" || frame.type === "error") this.#waiting.delete(frame.id);
    this.#on.frame(frame);
    if (frame.type === "welcome") {
      this.#on.state("online");
      for (const frame of this.#waiting.values()) this.#post(frame);
    }
  }

  // A connection that is silently dead is not waited for.
  #restart() {
    const dead = this.#socket;
    this.#lost();
    dead.close();
  }

  #lost() {
    this.#socket = null;
    this.#welcomed = false;
    clearTimeout(this.#watch);
    clearTimeout(this.#timer);
    this.#failures += 1;
    this.#on.state("offline");
    const longest = Math.min(FIRST_PAUSE * 2 ** (this.#failures - 1), LONGEST_PAUSE);
    this.#timer = setTimeout(() => this.#again(), longest * (0.5 + Math.random() / 2));
  }

  async #again() {
    // The cookie may be gone, which a WebSocket does not tell: the page itself gives a new one.
    if (this.#failures > FAILURES_BEFORE_ASKING && navigator.onLine) {
      await fetch("/", { cache: "no-store" }).catch(() => null);
    }
    if (this.#socket === null) this.open();
  }

  #retryNow() {
    if (this.#socket === null) this.open();
  }
}
