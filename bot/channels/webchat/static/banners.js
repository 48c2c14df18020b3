// The banners of outages, in a page that stays open: asked for each minute, and when somebody comes back to the page.

const EVERY = 60_000;

const room = document.getElementById("banners");

export function watchBanners(language) {
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(`/outages/${language}.json`);
      if (answer.ok) show((await answer.json()).banners);
    } catch {
      // Without a connection they stay as they are.
    }
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}

function show(banners) {
  const shown = Array.from(room.children, (line) => line.textContent);
  if (shown.length === banners.length && shown.every((text, place) => text === banners[place])) return;
  room.replaceChildren(
    ...banners.map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }),
  );
}
