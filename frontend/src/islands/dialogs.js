// Questions that need nothing else on screen: fetched into one <dialog>, closed by Cancel or Escape.
import { pick } from "./pickers.js";

const dialog = document.getElementById("dialog");
let asked = null; // the pick list that wants a new row

document.addEventListener("click", (event) => {
  const create = event.target.closest?.("[data-ld-create]");
  if (create) asked = create.closest(".ld-picker");
  if (dialog?.open && event.target.closest?.("[data-ld-close]")) event.preventDefault(), dialog.close();
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!dialog || detail.target !== dialog) return;
  const made = dialog.querySelector("[data-ld-picked]");
  if (made && asked) {
    pick(asked, made.dataset.ldPicked, made.dataset.text);
    dialog.close();
    return;
  }
  // Never a question upon a question.
  dialog.querySelectorAll("[data-ld-create]").forEach((one) => one.remove());
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});
