// Forms of records: what is worked out appears while one types; the grid is filled by keys and by
// pasting. The server works out and rewrites the rows; without this the same buttons do it.
import "./pickers.js";
import "./dialogs.js";
import { drop, keep, left } from "../unsent.js";

const WAIT = 350; // milliseconds of rest before asking
const form = document.getElementById("record");
const body = document.getElementById("form-body");
let asking = 0;
let number = 0;
let touched = false;

// --- what is worked out ---------------------------------------------------------------------------
/** Whether the form says it now: the field in which somebody types is left alone. */
const put = (name, value) => {
  const field = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].find((one) => one.tagName !== "OUTPUT");
  if (!field) return true;
  if (Array.isArray(value)) {
    const text = form.querySelector(`[name="${CSS.escape(name)}-text"]`);
    if (text === document.activeElement) return text.value === value[1];
    [field.value, text.value] = value;
  } else if (field.value !== value) {
    if (field === document.activeElement) return false;
    field.value = value;
  }
  return true;
};
const preview = async () => {
  const mine = ++number;
  body.classList.add("ld-working");
  try {
    const typed = new FormData(form);
    form.querySelectorAll("input[type=file]").forEach(({ name }) => typed.delete(name)); // nothing is worked out of them
    const answer = await fetch(form.dataset.ldPreview, { method: "POST", body: typed, headers: { Accept: "application/json" } });
    if (mine !== number || !answer.ok) return;
    const { values, outputs } = await answer.json();
    const [chosen, said] = [true, false].map((want) => Object.entries(values).filter(([name]) => name.endsWith("-before") === want));
    // What a choice brought is known from what was typed only where all of it stands in the form.
    if (said.map((one) => put(...one)).every(Boolean)) chosen.forEach((one) => put(...one));
    tell();
    Object.entries(outputs).forEach(([name, text]) => form.querySelectorAll(`output[name="${CSS.escape(name)}"]`).forEach((one) => (one.textContent = text)));
  } catch {
    // The next change asks again; saving works it out in any case.
  } finally {
    if (mine === number) body.classList.remove("ld-working");
  }
};
const later = () => {
  touched = true;
  number++; // an answer to what was typed before is none any more
  clearTimeout(asking);
  asking = setTimeout(preview, WAIT);
};
// Which of several fields was typed is known for certain from here on.
const alive = () => (form.elements.alive.value = "1");
alive();
/** Typing in a field may settle another one: data-sets="typed=gross". */
const settled = (field) => {
  const [name, value] = field.dataset.sets.split("=");
  return [form.elements[field.name.slice(0, field.name.lastIndexOf("-") + 1) + name], value];
};
const settle = (field) => {
  if (!field.dataset.sets) return;
  const [other, value] = settled(field);
  if (other) other.value = value;
  tell();
};
/** What follows from what was typed looks less weighty. */
const tell = () =>
  form.querySelectorAll("[data-sets]").forEach((field) => {
    const [other, value] = settled(field);
    field.classList.toggle("text-secondary", other?.value !== value);
  });
tell();
form.addEventListener("input", ({ target }) => {
  settle(target);
  if (!target.closest(".ld-picker")) later();
});
form.addEventListener("change", later);
// Whoever types into the empty row at the end gets the next one.
form.addEventListener("input", ({ target }) => {
  const rows = target.closest("[data-ld-grid]")?.querySelectorAll("[data-ld-row]");
  if (rows?.length && target.value && target.closest("[data-ld-row]") === rows[rows.length - 1]) add(target.closest("[data-ld-grid]"));
});

// What is wrong is marked until it is changed; whether it is right then, saving tells.
form.addEventListener("input", ({ target }) => {
  const marked = [target, ...(target.closest(".ld-picker")?.querySelectorAll(".is-invalid") ?? [])];
  if (!marked.some((one) => one.matches(".is-invalid"))) return;
  marked.forEach((one) => {
    one.classList.remove("is-invalid");
    one.removeAttribute("aria-invalid");
    document.querySelector(`#errors a[href="#${CSS.escape(one.id)}"]`)?.closest("li").remove();
  });
  target.closest("td, [class*=col-]")?.querySelectorAll(".invalid-feedback").forEach((one) => one.remove());
  if (!document.querySelector("#errors li")) document.getElementById("errors")?.remove();
});

// --- rows -----------------------------------------------------------------------------------------
const cells = (root) => [...root.querySelectorAll("input:not([type=hidden]), select")].filter((one) => one.checkVisibility());
const lastRow = (grid) => [...grid.querySelectorAll("[data-ld-row]")].at(-1);
const empty = new Map(); // the empty row of each grid, as it came
const remember = () => document.querySelectorAll("[data-ld-grid]").forEach((grid) => empty.set(grid.dataset.ldGrid, lastRow(grid).cloneNode(true)));
remember();
/** One more empty row. Here and not by the server, as somebody is typing. */
const add = (grid) => {
  const prefix = grid.dataset.ldGrid, row = empty.get(prefix).cloneNode(true), last = lastRow(grid);
  const old = row.dataset.ldRow, now = Number(last.dataset.ldRow) + 1;
  const renamed = (text) => text.replaceAll(`${prefix}-${old}`, `${prefix}-${now}`).replace(/^(\w+:\w+:)\d+$/, `$1${now}`);
  row.dataset.ldRow = now;
  row.querySelectorAll("*").forEach((one) => {
    [...one.attributes].filter(({ value }) => /\d/.test(value)).forEach(({ name, value }) => one.setAttribute(name, renamed(value)));
  });
  row.querySelector(".ld-cell").textContent = now + 1;
  last.after(row);
  grid.querySelector(`[name="${prefix}-count"]`).value = now + 1;
  window.htmx.process(row);
};
/** To the first cell of the empty row at the end. */
const begin = (grid) => {
  cells(lastRow(grid))[0]?.focus();
};
form.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("[data-ld-add]");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    begin(button.closest("[data-ld-grid]"));
  },
  true,
);

form.addEventListener("keydown", (event) => {
  const row = event.target.closest("[data-ld-row]");
  if (event.isComposing || !row) return;
  if (event.key === "ArrowDown" && event.ctrlKey) {
    event.preventDefault();
    begin(row.closest("[data-ld-grid]"));
  } else if (event.key === "Enter" && !event.ctrlKey && !event.target.matches("textarea, button, summary")) {
    event.preventDefault();
    const all = cells(row.closest("table"));
    all[all.indexOf(event.target) + 1]?.focus();
  }
});
form.addEventListener("paste", (event) => {
  const row = event.target.closest("[data-ld-row]");
  const text = event.clipboardData.getData("text/plain");
  if (!row || event.target.matches("textarea") || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const grid = row.closest("[data-ld-grid]"), prefix = grid.dataset.ldGrid;
  grid.querySelector(`[name="${prefix}-paste"]`).value = text;
  grid.querySelector(`[name="${prefix}-from"]`).value = event.target.name.replace(/-text$/, "").slice(`${prefix}-${row.dataset.ldRow}-`.length);
  const button = grid.querySelector("[data-ld-paste]"), value = button.value;
  button.value = `${prefix}:paste:${row.dataset.ldRow}`;
  button.click();
  setTimeout(() => (button.value = value));
});

// --- errors, leaving ------------------------------------------------------------------------------
const focus = () => document.querySelector("[data-ld-focus], #problem")?.focus();
focus();
form.addEventListener("click", (event) => {
  const link = event.target.closest("#errors a");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.closest("details")?.setAttribute("open", "");
  field.focus();
  field.scrollIntoView({ block: "center" });
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== body) return;
  remember();
  number++; // an answer to what was there before is none
  alive();
  tell();
  later(); // the sum in the bar stands outside
});
form.addEventListener("submit", ({ submitter }) => {
  if (submitter?.hasAttribute("hx-post")) return;
  keep(form);
  touched = false;
});
const unsent = left(form);
if (unsent) {
  document.getElementById("restored").hidden = false;
  window.htmx.ajax("POST", form.dataset.ldPreview, { target: body, swap: "innerHTML settle:0ms", values: unsent });
}
document.getElementById("discard").addEventListener("click", () => {
  drop();
  touched = false;
});
addEventListener("beforeunload", (event) => touched && event.preventDefault());
