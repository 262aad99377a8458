// The approval center: what is open is marked in the list, and what is selected is counted. Without
// this, links lead to whole pages and boxes are sent as they are.
import htmx from "htmx.org";
import "./files.js";
import "./kept.js";

const panes = () => document.getElementById("approvals");
const WIDE = matchMedia("(min-width: 992px)");

const count = () => {
  const together = document.querySelector("[data-ld-together]:checked");
  const number = together?.value ?? document.querySelectorAll("#approvals [name=task]:checked").length;
  document.querySelectorAll("[data-ld-count]").forEach((place) => (place.textContent = number));
};

let opened = location.pathname;

const mark = () => {
  const shown = document.querySelector("[data-ld-shown]");
  if (!shown || !panes()) return;
  const place = shown.dataset.ldShown;
  if (location.pathname === place) {
    panes().dataset.pane = "document";
    if (place !== opened) scrollTo(0, 0); // on a phone the next one is read from its beginning
  }
  opened = place;
  panes().querySelectorAll("[data-ld-item]").forEach((item) => {
    const link = item.querySelector("a[href]");
    const here = link && new URL(link.href).pathname === place;
    if (here) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  });
};

// On a wide screen the first of the list is open from the start.
const begin = () => {
  if (panes()?.dataset.pane !== "list" || !WIDE.matches) return;
  const first = panes().querySelector("[data-ld-item] a[hx-get]");
  if (!first) return;
  htmx.ajax("GET", first.getAttribute("hx-get"), { target: "#document" });
};

for (const event of ["htmx:pushedIntoHistory", "htmx:afterSettle"]) document.addEventListener(event, mark);
document.addEventListener("htmx:load", count);
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-ld-all]"))
    document.querySelectorAll("#approvals [name=task]").forEach((box) => (box.checked = target.checked));
  // Whoever picks single ones doesn't mean all of them any more.
  const together = document.querySelector("[data-ld-together]");
  if (together && target.matches("[data-ld-all], [name=task]")) together.checked = false;
  if (target.matches("[data-ld-all], [name=task], [data-ld-together]")) count();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-ld-close]") && document.getElementById("dialog")?.contains(event.target)) {
    event.preventDefault();
    document.getElementById("dialog").replaceChildren();
  }
  const phrase = event.target.closest("[data-ld-phrase]");
  if (!phrase) return;
  event.preventDefault();
  const field = document.querySelector(phrase.dataset.ldPhrase);
  field.value = [field.value.trim(), phrase.value].filter(Boolean).join(" ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  phrase.closest("details").open = false;
  field.focus();
});
// What has been done closes the dialog in which it was asked for.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "approvals") document.getElementById("dialog")?.replaceChildren();
});
begin();
count();
