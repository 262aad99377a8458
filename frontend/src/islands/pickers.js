// Fields that choose a row of another table: typing asks the server, arrows and Enter pick.
const WAIT = 200; // milliseconds of rest before asking
let asking = 0;

const close = (picker) => {
  picker.querySelector(".ld-options")?.remove();
  picker.querySelector("[role=combobox]").setAttribute("aria-expanded", "false");
};
const closeAll = (except) => document.querySelectorAll(".ld-picker:has(.ld-options)").forEach((one) => one === except || close(one));

const parts = (picker) => ({ text: picker.querySelector("[role=combobox]"), key: picker.querySelector("input[type=hidden]") });

/** Take a row; whoever listens to `change` on the field gets to know. */
export const pick = (picker, pk, said) => {
  const { text, key } = parts(picker);
  [key.value, text.value] = [pk, said];
  text.classList.remove("is-invalid");
  close(picker);
  text.dispatchEvent(new Event("change", { bubbles: true }));
};

/** What else is chosen in the same row or form: the server may offer less. */
const beside = (text) => {
  const query = new URLSearchParams({ q: text.value });
  if (text.form?.id === "record") {
    text.form.querySelectorAll(".ld-picker input[type=hidden]").forEach(({ name, value }) => value && !/-\d+-/.test(name) && query.set(name, value));
  }
  return query;
};

const offer = async (picker) => {
  const { text } = parts(picker);
  const answer = await fetch(`${picker.dataset.ldPicker}?${beside(text)}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok || document.activeElement !== text) return;
  const list = Object.assign(document.createElement("div"), { className: "ld-options", id: `${text.id}-options`, innerHTML: await answer.text() });
  list.setAttribute("role", "listbox");
  close(picker);
  picker.append(list);
  text.setAttribute("aria-expanded", "true");
  text.setAttribute("aria-controls", list.id);
  if (text.value) mark(list, list.querySelector("[role=option]"));
};

const mark = (list, option) => {
  list.querySelectorAll("[role=option]").forEach((one) => one.setAttribute("aria-selected", one === option));
  option?.scrollIntoView({ block: "nearest" });
};

const later = (picker) => {
  clearTimeout(asking);
  asking = setTimeout(() => offer(picker), WAIT);
};

document.addEventListener("input", ({ target }) => {
  const picker = target.closest?.(".ld-picker");
  if (!picker || target.type === "hidden") return;
  parts(picker).key.value = "";
  later(picker);
});
document.addEventListener("click", ({ target }) => {
  const picker = target.closest?.(".ld-picker");
  closeAll(picker);
  const option = target.closest?.("[role=option]");
  if (picker && option) pick(picker, option.dataset.pk, option.dataset.text);
  else if (picker && target.matches("[role=combobox]") && !picker.querySelector(".ld-options")) offer(picker);
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const picker = target.closest?.(".ld-picker");
  // A press on an option takes the focus first, and picks afterwards.
  if (picker && !picker.contains(relatedTarget)) setTimeout(() => picker.matches(":hover") || close(picker), 150);
});
document.addEventListener(
  "keydown",
  (event) => {
    const picker = event.target.closest?.(".ld-picker");
    if (!picker || !event.target.matches("[role=combobox]")) return;
    const list = picker.querySelector(".ld-options");
    if (!list) {
      if (event.key === "ArrowDown" && !event.ctrlKey) offer(picker), event.preventDefault();
      return;
    }
    const options = [...list.querySelectorAll("[role=option]")];
    const now = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(list, options[Math.max(0, Math.min(now + (event.key === "ArrowDown" ? 1 : -1), options.length - 1))]);
    else if (event.key === "Enter" && options[now]) pick(picker, options[now].dataset.pk, options[now].dataset.text);
    else if (event.key === "Escape") close(picker);
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
