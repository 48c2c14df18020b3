// Who waits, on every page: counted in the menu and in the title, and each new call told to a screen reader.
// console.js tells that something has changed; the numbers of the calls are fetched, and nothing else of them.
import "./console.js";

const said = JSON.parse(document.querySelector('meta[name="calls"]').content);
const badge = document.getElementById("waiting");
const KNOWN = "paligs-known-calls";

// What this window has told already, from page to page; at first, what the page itself shows ("17! 18": 17 is a stopped till).
let known = remembered() ?? shown();

function shown() {
  return badge && new Map(badge.dataset.calls.split(" ").filter(Boolean).map((id) => [parseInt(id, 10), id.endsWith("!")]));
}

function remembered() {
  const kept = sessionStorage.getItem(KNOWN);
  return kept && new Map(JSON.parse(kept));
}

function count(calls) {
  const total = calls.length;
  if (badge) {
    badge.hidden = total === 0;
    badge.classList.toggle("alarm", calls.some((one) => one.stopped));
    badge.querySelector(".number").textContent = total;
  }
  document.title = (total ? `(${total}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

// A call that is new, waits again, or has become a stopped till.
function fresh(calls) {
  return calls.filter((one) => known && (!known.has(one.id) || (one.stopped && !known.get(one.id))));
}

function sentence(calls) {
  if (calls.length > 1) return said.several.replace("{n}", calls.length);
  return (calls[0].stopped ? said.stopped : said.new).replace("{id}", calls[0].id);
}

function tell(calls) {
  const text = sentence(calls);
  const stopped = calls.some((one) => one.stopped);
  document.getElementById(stopped ? "calls-alarm" : "calls-said").textContent = text;
  document.dispatchEvent(new CustomEvent("paligs:calls", { detail: { text, stopped } }));
}

// The window that listens on tells the others, which nobody looks at.
const others = new BroadcastChannel(KNOWN);
others.addEventListener("message", (event) => apply(event.data));

async function look() {
  const answer = await fetch("/console/waiting", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { calls } = await answer.json();
  apply(calls);
  if ("leads" in document.body.dataset) others.postMessage(calls);
}

function apply(calls) {
  count(calls);
  const unknown = fresh(calls);
  known = new Map(calls.map((one) => [one.id, one.stopped]));
  sessionStorage.setItem(KNOWN, JSON.stringify([...known]));
  if (unknown.length) tell(unknown);
}

// Without a connection console.js says so; the next change or the next opening of the stream looks again.
const lookAgain = () => look().catch(() => {});
document.addEventListener("paligs:changed", (event) => { if (event.detail === "waiting") lookAgain(); });
document.addEventListener("paligs:live", lookAgain);
