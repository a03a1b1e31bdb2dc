// How far a file has come, asked every second; when it has ended the page is read anew. Without this script the page
// itself does that every three seconds.
"use strict";
(() => {
  const place = document.getElementById("progress");
  if (!place) return;
  const bar = place.querySelector("progress");
  const words = place.querySelector("[role=status]");
  const template = words.textContent;

  async function look() {
    try {
      const answer = await fetch(place.dataset.import, { headers: { Accept: "application/json" } });
      if (answer.status === 401 || answer.status === 404) return location.reload();
      const told = await answer.json();
      if (told.state === "done" || told.state === "refused") return location.reload();
      bar.value = told.progress_percent;
      const numbers = [String(told.progress_percent), told.rows_done.toLocaleString("en-US")];
      words.textContent = template.replace(/[\d,]+/g, () => numbers.shift() ?? "");
    } catch {
      // No connection for the moment: asked again.
    }
    setTimeout(look, 1000);
  }

  setTimeout(look, 1000);
})();
