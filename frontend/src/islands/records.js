// Lists and pages of records: pick lists, questions, filters, selected rows.
import "./pickers.js";
import "./dialogs.js";

const list = document.getElementById("list");
const boxes = () => [...document.querySelectorAll("tbody [name=pk]")];
const money = new Intl.NumberFormat("zh-CN", { style: "currency", currency: "CNY" });

const count = () => {
  const said = document.querySelector("[data-ld-selected]");
  const all = document.querySelector("[data-ld-all]");
  if (!said) return;
  const chosen = boxes().filter((box) => box.checked);
  const amounts = chosen.map((box) => box.dataset.amount).filter(Boolean);
  const sum = amounts.reduce((total, amount) => total + Number(amount), 0);
  said.textContent = `${said.dataset.one} ${chosen.length}${amounts.length ? `　${said.dataset.sum} ${money.format(sum)}` : ""}`;
  if (all) {
    all.hidden = false;
    all.checked = chosen.length > 0 && chosen.length === boxes().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
};
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-ld-all]")) boxes().forEach((box) => (box.checked = target.checked));
  if (target.matches("[data-ld-all], tbody [name=pk]")) count();
  // A choice is meant at once; two ends of a range are not.
  const form = target.closest("[data-ld-filters]");
  if (form && target.matches("select, [type=checkbox], [role=combobox]")) form.requestSubmit();
});
document.addEventListener("reset", ({ target }) => target.id === "bulk" && setTimeout(count));
document.addEventListener("htmx:afterSettle", count);
// What is empty has no place in an address.
document.addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches("[data-ld-filters]")) return;
  [...formData].forEach(([name, value]) => value === "" && formData.delete(name));
  [...formData.keys()].filter((name) => name.endsWith("-text") && formData.has(name.slice(0, -5))).forEach((name) => formData.delete(name));
});
// A file to be fetched is no part of the page.
document.addEventListener("htmx:confirm", (event) => {
  const button = event.detail.triggeringEvent?.submitter;
  if (button?.matches("[data-ld-plain]")) {
    event.preventDefault();
    const form = button.form;
    form.action = button.formAction;
    form.submit();
  }
});
count();
if (list) window.htmx?.process(list);
