// Every page loads this. Nothing here is needed to work: without it, links and forms still do.
import "@tabler/core";
import htmx from "htmx.org";

// The content security policy allows neither style elements nor evaluation.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
window.htmx = htmx;

// Sending twice by a double click would ask for a second thing, or meet a conflict with oneself.
document.addEventListener("submit", ({ target }) => {
  setTimeout(() => target.querySelectorAll("[type=submit]").forEach((button) => (button.disabled = true)));
});
// A page taken back from the browser's memory may be sent again.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.querySelectorAll("[type=submit]:disabled").forEach((button) => (button.disabled = false));
});
// What went well needs no click to go away; errors stay.
document.querySelectorAll("[data-ld-toast]").forEach((toast) => setTimeout(() => toast.remove(), 5000));
// A click elsewhere, or Escape, closes an open menu.
const closeMenus = (except) => {
  document.querySelectorAll(".ld-menu[open]").forEach((menu) => menu.contains(except) || (menu.open = false));
};
document.addEventListener("click", ({ target }) => closeMenus(target));
document.addEventListener("keydown", ({ key }) => key === "Escape" && closeMenus(null));
