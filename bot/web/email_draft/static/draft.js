// The draft page: what is typed becomes a letter at once; nothing leaves this page but through the person's own mail program.

import { compose, eml, mailto } from "./letter.js";

// Windows passes a link of about 2,000 characters on to a mail program; phones take several times that.
const LONGEST = matchMedia("(pointer: coarse)").matches ? 6000 : 1800;
const USEFUL = ["restaurant", "phone", "device", "what"];

const desk = document.getElementById("desk");
const words = JSON.parse(desk.dataset.texts);
const { email, recipient } = desk.dataset;
const facts = document.getElementById("facts");
const at = (id) => document.getElementById(id);

let file = "";

function fields() {
  return [...facts.querySelectorAll("input, textarea")].map(({ name, value }) => ({ name, value, label: words[name] }));
}

function show() {
  const said = fields();
  const letter = compose(said, words.subject);
  const { href, shortened } = mailto(email, said, words.subject, LONGEST);
  at("subject").textContent = letter.subject;
  at("body").textContent = letter.body || "…";
  at("open").href = href;
  at("long").hidden = !shortened;
  at("long").textContent = shortened ? words.too_long : "";
  offer(letter);
  remind(said);
  desk.classList.toggle("stopped", Number.parseInt(at("stopped")?.value, 10) > 0);
  at("told").textContent = "";
}

function offer(letter) {
  URL.revokeObjectURL(file);
  file = URL.createObjectURL(new Blob([eml(email, recipient, letter)], { type: "message/rfc822" }));
  at("download").href = file;
}

function remind(said) {
  const missing = said.filter(({ name, value }) => USEFUL.includes(name) && !value.trim());
  at("missing").hidden = !missing.length;
  const named = missing.map(({ label }) => label.charAt(0).toLocaleLowerCase() + label.slice(1));
  at("missing").textContent = words.missing.replace("{fields}", named.join(", "));
}

async function copy() {
  const { subject, body } = compose(fields(), words.subject);
  const text = `${email}\n${subject}\n\n${body}`;
  const done = await copied(text);
  at("told").textContent = done ? words.copied : words.copy_failed;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text);
  }
}

// The clipboard is closed to pages over plain http.
function copiedTheOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  at("copy").focus();
  return done;
}

// Another language is another page: what was typed goes along in the fragment, which no server sees.
function takeAlong(event) {
  const filled = fields().map(({ name, value }) => [name, value]);
  event.currentTarget.hash = new URLSearchParams(filled).toString();
}

function takeOver() {
  const brought = new URLSearchParams(location.hash.slice(1));
  for (const field of facts.querySelectorAll("input, textarea")) field.value = brought.get(field.name) ?? field.value;
  history.replaceState(null, "", location.pathname + location.search);
}

for (const tongue of document.querySelectorAll(".tongues a")) tongue.addEventListener("click", takeAlong);
facts.addEventListener("input", show);
at("copy").addEventListener("click", copy);
at("acts").hidden = false;
if (location.hash) takeOver();
show();
