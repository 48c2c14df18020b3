// Calls people in: a sound and a notification of the browser for each new call, as this browser is told in the dialog of the bell.
// Of all windows one rings, and goes on listening when nobody looks at it.
const dialog = document.getElementById("signals");
const bell = document.getElementById("signals-open");
const KEPT = "paligs-signals";
const SETTINGS = ["sound", "notification", "keys"];

export const settings = { sound: false, notification: false, keys: true, ...JSON.parse(localStorage.getItem(KEPT) || "{}") };

let audio = null;
let rings = false;

// One window at a time has the lock. Without locks (no https) each rings for itself.
if (navigator.locks) navigator.locks.request(KEPT, () => { lead(); return new Promise(() => {}); });
else lead();

function lead() {
  rings = true;
  document.body.dataset.leads = "";
  document.dispatchEvent(new CustomEvent("paligs:leads"));
}

const allowed = () => "Notification" in window && Notification.permission === "granted";

function show() {
  for (const name of SETTINGS) document.getElementById(`signal-${name}`).checked = settings[name];
  document.getElementById("signal-notification").checked = settings.notification && allowed();
  document.getElementById("signal-denied").hidden = "Notification" in window && Notification.permission !== "denied";
  bell.dataset.on = settings.sound || (settings.notification && allowed());
}

// Tones of an oscillator need no file. A browser lets them sound once somebody has touched the page.
const NEW = [660, 880];
const STOPPED = [880, 660, 880, 660, 880];
const TONE_SECONDS = 0.22;

function sound(stopped) {
  audio ??= new AudioContext();
  audio.resume();
  (stopped ? STOPPED : NEW).forEach((frequency, place) => {
    const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
    const start = audio.currentTime + place * TONE_SECONDS;
    tone.frequency.value = frequency;
    loudness.gain.setValueAtTime(0.25, start);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + TONE_SECONDS);
    tone.connect(loudness).connect(audio.destination);
    tone.start(start);
    tone.stop(start + TONE_SECONDS);
  });
}

for (const touch of ["pointerdown", "keydown"]) {
  addEventListener(touch, () => { if (settings.sound) (audio ??= new AudioContext()).resume(); }, { capture: true, once: true });
}

function notify(text) {
  try {
    const shown = new Notification(text, { tag: KEPT, renotify: true, lang: document.documentElement.lang });
    shown.onclick = () => { window.focus(); shown.close(); location.assign("/console/now"); };
  } catch {
    // Chromium on Android shows them for installed programs only; the sound and the counter remain.
  }
}

document.addEventListener("paligs:calls", (event) => {
  if (!rings) return;
  if (settings.sound) sound(event.detail.stopped);
  if (settings.notification && allowed()) notify(event.detail.text);
});

// The dialog

dialog.addEventListener("change", async (event) => {
  const name = event.target.id.replace("signal-", "");
  settings[name] = event.target.checked;
  if (name === "sound" && settings.sound) sound(false);
  if (name === "notification" && settings.notification && "Notification" in window) {
    settings.notification = (await Notification.requestPermission()) === "granted";
  }
  localStorage.setItem(KEPT, JSON.stringify(settings));
  show();
});

addEventListener("storage", (event) => {
  if (event.key !== KEPT) return;
  Object.assign(settings, JSON.parse(event.newValue || "{}"));
  show();
});

export function openHelp() {
  show();
  if (!dialog.open) dialog.showModal();
}

bell.addEventListener("click", openHelp);
bell.hidden = false;
show();
