// Asks for the preview of a form anew whenever something in it changes. Without this script a button does the same.
"use strict";

(() => {
  const form = document.querySelector("form[data-previews]");
  if (!form) return;
  let waiting;
  let asked = 0;

  const ask = async () => {
    const mine = ++asked;
    const fields = new URLSearchParams(new FormData(form));
    fields.set("do", "preview");
    const answer = await fetch(form.action, { method: "POST", body: fields }).catch(() => undefined);
    if (!answer || mine !== asked || ![200, 422].includes(answer.status)) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [before, after] = [document, page].map((one) => one.getElementById("preview"));
    if (before && after) before.replaceChildren(...after.childNodes);
    // The sentence stays the same element, so that a screen reader reads what is new in it.
    const [told, tells] = [document, page].map((one) => one.getElementById("preview-status"));
    if (told && tells && told.textContent !== tells.textContent) told.textContent = tells.textContent;
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 500);
  });
})();
