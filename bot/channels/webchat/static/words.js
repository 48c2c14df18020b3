// The page's words, and how times and days are said in its language.

const DAY = 24 * 60 * 60 * 1000;

export const language = document.documentElement.lang;
export const words = JSON.parse(document.getElementById("chat").dataset.texts);

const hours = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const near = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const far = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const farther = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });

export const time = (date) => hours.format(date);

export function day(date, now = new Date()) {
  const ago = Math.round((midnight(now) - midnight(date)) / DAY);
  const said = ago < 2 ? near.format(-ago, "day") : (ago < 180 ? far : farther).format(date);
  return said.charAt(0).toLocaleUpperCase(language) + said.slice(1);
}

export const sameDay = (one, other) => midnight(one) === midnight(other);

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
