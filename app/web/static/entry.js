// The balance of each waste while the person types, and what the server says of the form, a moment after.
// Only the words beside the fields change, never a field. Without this script the check button does the same.
"use strict";
(() => {
  const form = document.getElementById("ledger");
  if (!form) return;
  const LISTS = ["received", "used", "disposed", "sent"];
  const PLAIN = /^\d{0,10}(\.\d{0,6})?$/;

  // Millionths of a tonne, exact; null when it is no figure.
  function grams(text) {
    const plain = text.normalize("NFKC").trim().replace(/(\d),(?=\d{3}(\D|$))/g, "$1");
    if (!PLAIN.test(plain)) return null;
    const [whole, rest = ""] = plain.split(".");
    return BigInt(whole || "0") * 1000000n + BigInt(rest.padEnd(6, "0") || "0");
  }

  function tonnes(amount) {
    const size = amount < 0n ? -amount : amount;
    const rest = (size % 1000000n).toString().padStart(6, "0").replace(/0+$/, "");
    return (size / 1000000n).toLocaleString("en-US") + (rest ? "." + rest : "");
  }

  function sumOf(line, kind) {
    let sum = 0n;
    for (const field of form.querySelectorAll(`[name^="${line}-${kind}-"][name$="-tonnes"]`)) {
      const amount = grams(field.value);
      if (amount === null) return null;
      sum += amount;
    }
    return sum;
  }

  function fieldOf(line, name) {
    return form.elements.namedItem(`${line}-${name}`);
  }

  function gapOf(line, without = "") {
    const read = name => (name === without ? 0n : grams(fieldOf(line, name).value));
    const parts = [read("opening_stock_tonnes"), read("generated_tonnes"), sumOf(line, "received")];
    const away = [...["used", "disposed", "sent"].map(kind => sumOf(line, kind)),
      read("dumped_tonnes"), read("closing_stock_tonnes")];
    if ([...parts, ...away].includes(null)) return null;
    const add = (a, b) => a + b;
    return parts.reduce(add, 0n) - away.reduce(add, 0n);
  }

  function showBalance(section) {
    const line = section.dataset.line;
    const gap = gapOf(line);
    const words = form.dataset;
    const output = section.querySelector(".balance output");
    const said = gap === null ? words.gapBad : gap === 0n ? words.balances
      : (gap > 0n ? words.gapOut : words.gapIn).replace("{}", tonnes(gap));
    if (output.textContent !== said) output.textContent = said;
    section.querySelector(".balance").dataset.balanced = gap === 0n ? "yes" : "no";
    const closing = gapOf(line, "closing_stock_tonnes");
    section.querySelector(".fill-closing").hidden = gap === 0n || closing === null || closing < 0n;
    for (const kind of LISTS) {
      const sum = sumOf(line, kind);
      section.querySelector(`[data-sum="${kind}"]`).textContent = sum ? tonnes(sum) + " t" : "";
    }
  }

  function showSaid(said) {
    for (const place of form.querySelectorAll(".said")) {
      const words = said[place.dataset.for] || [];
      place.replaceChildren(...words.map(([severity, text]) => {
        const span = document.createElement("span");
        span.dataset.severity = severity;
        span.textContent = text;
        return span;
      }));
      const field = place.dataset.for && document.getElementById(place.dataset.for);
      if (!field) continue;
      if (words.length) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }

  let waiting = 0;
  let asked = 0;
  async function check() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const isJson = (answer.headers.get("content-type") || "").includes("json");
      if (answer.ok && isJson && mine === asked) showSaid(await answer.json());
    } catch {
      // No connection: what was said stays, and sending the form will say it.
    }
  }

  form.addEventListener("input", event => {
    const section = event.target.closest("[data-line]");
    if (section) showBalance(section);
    clearTimeout(waiting);
    waiting = setTimeout(check, 700);
  });

  form.addEventListener("click", event => {
    if (!event.target.classList.contains("fill-closing")) return;
    const section = event.target.closest("[data-line]");
    const closing = gapOf(section.dataset.line, "closing_stock_tonnes");
    const field = fieldOf(section.dataset.line, "closing_stock_tonnes");
    if (closing === null || closing < 0n) return;
    field.value = tonnes(closing).replaceAll(",", "");
    field.focus();
    showBalance(section);
    check();
  });

  for (const section of form.querySelectorAll("[data-line]")) showBalance(section);
})();
