// Renews the page when the work it waits for is done; without scripts a link beside it does the same.
"use strict";
const waiting = document.querySelector("[data-poll]");
const FINISHED = new Set(["done", "failed"]);
const look = async () => {
  try {
    const answer = await fetch(waiting.dataset.poll, { headers: { accept: "application/json" } });
    if (!answer.ok || FINISHED.has((await answer.json()).state)) {
      window.location.reload();
      return;
    }
  } catch {
    // The service is away for a moment: ask again.
  }
  window.setTimeout(look, 1500);
};
window.setTimeout(look, 1500);
