// Menus that open by <details>: one at a time, and a click elsewhere or Escape closes them.
const close = (except) => {
  document.querySelectorAll(".ld-menu[open]").forEach((menu) => menu.contains(except) || (menu.open = false));
  const found = document.getElementById("found");
  if (found && !found.parentElement.contains(except)) found.replaceChildren();
};
document.addEventListener("click", ({ target }) => close(target));
document.addEventListener("keydown", ({ key }) => key === "Escape" && close(null));

// The arrows walk through an open menu, and from the search field into what was found.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const menu = event.target.closest?.(".ld-menu[open], .ld-search");
  const items = menu ? [...menu.querySelectorAll(".dropdown-item")] : [];
  if (!items.length) return;
  event.preventDefault();
  const next = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  items[Math.max(0, Math.min(next, items.length - 1))].focus();
});

// A menu that would stand out of the window opens to the other side.
document.addEventListener("toggle", ({ target }) => {
  const panel = target.open && target.matches(".ld-menu") && target.querySelector(":scope > .dropdown-menu");
  if (!panel) return;
  panel.classList.remove("ld-turned");
  panel.classList.toggle("ld-turned", panel.getBoundingClientRect().right > document.documentElement.clientWidth);
}, true);
