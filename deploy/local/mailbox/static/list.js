// Fetches the list again every few seconds and puts it in place when something came. Without it: "Look again".
const EVERY_MS = 3000;

async function look() {
  const list = document.querySelector("#list");
  if (document.hidden || list.contains(document.activeElement)) return;
  const answer = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#list");
  if (fresh && fresh.innerHTML !== list.innerHTML) list.replaceWith(fresh);
}

setInterval(() => look().catch(() => {}), EVERY_MS);
