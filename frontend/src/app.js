// Every page loads this. Nothing here is needed to work: without it, links and forms still do.
import "@tabler/core";
import htmx from "htmx.org";
import "./chosen.js";
import "./keys.js";
import "./menus.js";
import "./panes.js";
import "./passwords.js";
import "./preferences.js";
import "./scrolled.js";
import "./toasts.js";
import "./unsent.js";

// The content security policy allows neither style elements nor evaluation.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
// A form with something to put right (422) or overtaken (409) comes back with what was typed.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "409|422", swap: true },
  { code: "...", swap: false, error: true },
];
window.htmx = htmx;

// Sending twice by a double click would ask for a second thing, or meet a conflict with oneself.
document.addEventListener("submit", ({ target }) => {
  if (target.method === "dialog" || target.method === "get") return;
  setTimeout(() => target.querySelectorAll("[type=submit]").forEach((button) => (button.disabled = true)));
});
const enable = (root) => root.querySelectorAll("[type=submit]:disabled").forEach((button) => (button.disabled = false));
// A page taken back from the browser's memory may be sent again; so may a form that htmx has sent.
addEventListener("pageshow", ({ persisted }) => persisted && enable(document));
document.addEventListener("htmx:afterRequest", ({ target }) => target.matches("form") && enable(target));
