// Follows long work as it happens. Without this script the page reloads itself every other second instead.
"use strict";

(() => {
  const box = document.querySelector("[data-events]");
  if (!box || !window.EventSource) return;

  const source = new EventSource(box.dataset.events);
  source.addEventListener("message", (event) => {
    const progress = JSON.parse(event.data);
    for (const element of box.querySelectorAll("[data-progress]")) {
      const text = progress.texts[element.dataset.progress];
      if (text !== undefined && element.textContent !== text) element.textContent = text;
    }
    const bar = box.querySelector("progress");
    if (bar && progress.total > 0) {
      bar.max = progress.total;
      bar.value = progress.done;
    } else if (bar) {
      bar.removeAttribute("value");
    }
    if (progress.finished) {
      source.close();
      window.location.reload();
    }
  });
})();
