// The letter itself: from fields to subject, body, mailto: link and .eml file; touches neither page nor network.

const CUT = " …";
const SHORTEST = 60;
const WORD_BYTES = 39;
const LINE = 76;
const ABOUT = ["restaurant", "device"]; // what the subject names, in this order

// fields: [{ name, label, value }]
export function compose(fields, subject) {
  const said = fields.map((field) => ({ ...field, value: whole(field.value).trim() })).filter((field) => field.value);
  const about = ABOUT.flatMap((about) => said.filter(({ name }) => name === about)).map(({ value }) => oneLine(value));
  return {
    subject: [subject, about.join(", ")].filter(Boolean).join(": "),
    body: said.map(paragraph).join("").replace(/\n{3,}/g, "\n\n").trim(),
  };
}

// One line, or several with air around them.
function paragraph({ label, value }) {
  return value.includes("\n") ? `\n${label}:\n${value}\n\n` : `${label}: ${value}\n`;
}

// Mail programs cut a long link without a word: it is shortened here, where it can be told.
export function mailto(address, fields, subject, longest) {
  let kept = fields.map((field) => ({ ...field, value: whole(field.value).trim() }));
  let href = link(address, compose(kept, subject));
  let shortened = false;
  while (href.length > longest) {
    const most = kept.reduce((one, other) => (weight(other) > weight(one) ? other : one));
    const letters = [...most.value.replace(CUT, "")];
    if (letters.length <= SHORTEST / 4) break;
    const value = letters.slice(0, Math.floor(letters.length * 0.85)).join("").trimEnd() + CUT;
    kept = kept.map((field) => (field === most ? { ...field, value } : field));
    href = link(address, compose(kept, subject));
    shortened = true;
  }
  return { href, shortened };
}

// X-Unsent makes mail programs open it as a draft.
export function eml(address, recipient, { subject, body }) {
  return [
    `To: ${header(oneLine(recipient))}\r\n <${address}>`,
    `Subject: ${header(subject)}`,
    "X-Unsent: 1",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
    "",
    ...(base64(`${crlf(body)}\r\n`).match(new RegExp(`.{1,${LINE}}`, "g")) ?? []),
    "",
  ].join("\r\n");
}

function link(address, { subject, body }) {
  const to = encodeURIComponent(address).replace("%40", "@");
  return `mailto:${to}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(crlf(body))}`;
}

const weight = ({ value }) => encodeURIComponent(value).length;
const crlf = (text) => text.replace(/\r?\n/g, "\r\n");
const oneLine = (text) => text.replace(/\s+/g, " ").trim();

// Without half letters, which no encoding can carry.
const whole = (text) => text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, (found) => (found[1] ? found : "\uFFFD"));

// RFC 2047: words of at most 75 characters, letters never torn apart.
function header(text) {
  if (/^[A-Za-z0-9 ,:.!?'/+-]*$/.test(text)) return text;
  const words = [""];
  for (const letter of text) {
    if (bytes(words.at(-1) + letter).length > WORD_BYTES) words.push("");
    words[words.length - 1] += letter;
  }
  return words.map((word) => `=?UTF-8?B?${base64(word)}?=`).join("\r\n ");
}

const bytes = (text) => new TextEncoder().encode(text);
const base64 = (text) => btoa(Array.from(bytes(text), (byte) => String.fromCharCode(byte)).join(""));
