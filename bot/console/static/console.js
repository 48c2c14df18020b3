// What every page of the console needs: the token with each change, ticking ages, live updates, faults that are told.
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const language = document.documentElement.lang;
const ages = JSON.parse(meta("ages") || "{}");
const faults = JSON.parse(meta("faults") || "{}");

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  request.headers["X-CSRF-Token"] = meta("csrf");
  // What was said of the change before is over.
  if (request.method !== "GET") document.getElementById("said")?.replaceChildren();
});

// Times

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function aged(moment) {
  const seconds = Math.max(0, (Date.now() - Date.parse(moment)) / 1000);
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? UNITS[3];
  return ages[unit].replace("{n}", Math.floor(seconds / size));
}

// The time zone of the installation, not that of the browser: everybody reads the same time.
const clock = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "short", timeStyle: "short", timeZone: meta("zone") || "UTC" });

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    write(time, aged(time.dateTime));
    time.title = clock.format(new Date(time.dateTime));
  }
  for (const time of document.querySelectorAll("time[data-moment]")) write(time, clock.format(new Date(time.dateTime)));
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:after:swap", tick);

// Sentences

function say(text, grave) {
  const room = document.getElementById("said");
  const line = document.createElement("p");
  line.className = grave ? "said grave" : "said";
  line.textContent = text;
  room?.replaceChildren(line);
  line.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:response:error", (event) => {
  const { text, response } = event.detail.ctx;
  if (response.status === 401) location.assign("/console/sign-in");
  else say(text || faults.unknown, true);
});
document.addEventListener("htmx:error", () => say(faults.offline, true));

// Live: parts of the page that name what they depend on ask again when it changes.
// <section id="live" data-live-on="outbox parked" data-hx-get="..." data-hx-trigger="changed" data-hx-swap="outerMorph">

const HIDDEN_MILLISECONDS = 30_000;
const live = document.body.dataset.live;
let source = null;
// Also between the making of this page and the first word of the stream.
let missed = true;

function renew(selector) {
  for (const part of document.querySelectorAll(selector)) part.dispatchEvent(new CustomEvent("changed"));
}

function listen() {
  if (source) return;
  source = new EventSource(live);
  source.addEventListener("open", () => {
    // What changed while nobody listened is not told again.
    if (missed) {
      renew("[data-live-on]");
      document.dispatchEvent(new CustomEvent("paligs:live"));
    }
    missed = false;
  });
  source.addEventListener("error", () => { missed = true; });
  source.addEventListener("ended", () => { hush(); location.assign("/console/sign-in"); });
  source.addEventListener("changed", (event) => {
    renew(`[data-live-on~="${CSS.escape(event.data)}"]`);
    document.dispatchEvent(new CustomEvent("paligs:changed", { detail: event.data }));
  });
}

function hush() {
  source?.close();
  source = null;
  missed = true;
}

if (live) {
  let patience;
  listen();
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  // The one window that calls people in listens on (signals.js).
  document.addEventListener("paligs:leads", listen);
  // A browser has six connections for all windows together: one that nobody looks at gives its own back.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(patience);
    if (document.hidden) patience = setTimeout(() => { if (!("leads" in document.body.dataset)) hush(); }, HIDDEN_MILLISECONDS);
    else listen();
  });
}

// On a phone the menu is a strip: the place where one is stands in sight.
document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
