// The keyboard: to a section, from card to card, take, open. Not while somebody types, and not where it is switched off.
import { openHelp, settings } from "./signals.js";

const CARDS = ".call, .group, a.talk";

function step(by) {
  const cards = [...document.querySelectorAll(CARDS)].filter((card) => card.checkVisibility());
  const here = cards.indexOf(document.activeElement?.closest(CARDS));
  const card = cards[here < 0 ? (by > 0 ? 0 : cards.length - 1) : here + by];
  if (!card) return;
  if (card.tabIndex < 0) card.tabIndex = -1;
  card.focus();
  card.scrollIntoView({ block: "nearest" });
}

const press = (selector) => document.activeElement?.closest(CARDS)?.querySelector(selector)?.click();

// By their place on the keyboard, which is the same in Latvian and Russian.
const KEYS = {
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyT: () => press('form[action$="/take"] button'),
  KeyO: () => press('a[href*="/talks/"], h2 a'),
};

function act(event) {
  if (event.key === "?") return openHelp;
  if (event.shiftKey) return null;
  if (event.key === "/" || event.code === "Slash") return () => document.querySelector("main input[type=search]")?.focus();
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit) return () => document.querySelectorAll(".menu a")[digit[1] - 1]?.click();
  return KEYS[event.code];
}

document.addEventListener("keydown", (event) => {
  const busy = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented;
  if (!settings.keys || busy || event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const does = act(event);
  if (!does) return;
  event.preventDefault();
  does();
});
