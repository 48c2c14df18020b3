// Shows what is found while one types; without it the form leads to a page of results.

const PAUSE_MILLISECONDS = 200;

const form = document.getElementById("search");
const field = document.getElementById("q");
const list = document.getElementById("found");
const told = document.getElementById("told");
const instead = document.getElementById("instead");

let timer = 0;
let asking = new AbortController();

function item({ href, title, text }) {
  const link = document.createElement("a");
  link.href = href;
  link.textContent = title;
  const line = document.createElement("p");
  line.textContent = text;
  const each = document.createElement("li");
  each.append(link, line);
  return each;
}

function show(found) {
  list.replaceChildren(...found.map(item));
  list.hidden = !found.length;
  if (instead) instead.hidden = true;
  told.textContent = found.length ? form.dataset.found.replace("{count}", found.length) : form.dataset.nothing;
  told.classList.toggle("unseen", found.length > 0);
}

function clear() {
  list.hidden = true;
  told.textContent = "";
  if (instead) instead.hidden = false;
}

async function search() {
  asking.abort();
  asking = new AbortController();
  const query = field.value.trim();
  if (!query) return clear();
  try {
    const answer = await fetch(`${form.dataset.address}?q=${encodeURIComponent(query)}`, { signal: asking.signal });
    if (answer.ok) show((await answer.json()).found);
  } catch {
    // A newer search took its place, or there is no connection: the button still works.
  }
}

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE_MILLISECONDS);
});
