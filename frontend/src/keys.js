// Keys that a page declares: data-key="a" on a link, button or field; J, K and X walk through
// [data-ld-items], whose [data-ld-item] hold a link and perhaps a box to tick. Nothing fires while
// somebody types, but for keys with Ctrl.
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range]), textarea, select, [contenteditable]";
const dialog = document.getElementById("keys");
const LABELS = { arrowleft: "←", arrowright: "→", " ": "␣", enter: "↵", ctrl: "Ctrl" };

const seen = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const nameOf = ({ key, ctrlKey, metaKey }) => (ctrlKey || metaKey ? "ctrl+" : "") + key.toLowerCase();

/** What is behind a key: what stands in the page itself comes before the frame around it. */
const declared = () => {
  const open = document.querySelector("dialog[open], .modal.show");
  const found = [...(open ?? document).querySelectorAll("[data-key]")].filter((one) => seen(one) && !one.disabled);
  return found.sort((one, other) => Boolean(other.closest("main")) - Boolean(one.closest("main")));
};

const press = (element) => {
  if (element.matches(TYPING)) {
    element.focus();
    element.select?.();
  } else element.click();
};

const items = () => [...document.querySelectorAll("[data-ld-items] [data-ld-item]")].filter(seen);
const current = (all) => all.find((item) => item.contains(document.activeElement)) ?? all.find((item) => item.hasAttribute("aria-current"));

const move = (by) => {
  const all = items();
  const now = all.indexOf(current(all));
  const next = all[now < 0 ? 0 : Math.max(0, Math.min(now + by, all.length - 1))];
  const link = next?.matches("a") ? next : next?.querySelector("a[href]");
  if (!link) return false;
  link.focus();
  next.scrollIntoView({ block: "nearest" });
  if (next.closest("[data-ld-items]").dataset.ldItems === "open" && next !== all[now]) link.click();
  return true;
};

const select = () => {
  const box = current(items())?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
};

const label = (key) => key.split("+").map((part) => LABELS[part] ?? part.toUpperCase());

const help = () => {
  const list = dialog.querySelector("dl");
  list.querySelectorAll("[data-ld-declared]").forEach((row) => row.remove());
  const all = items();
  list.querySelector("[data-ld-moves]").hidden = !all.length;
  list.querySelector("[data-ld-selects]").hidden = !document.querySelector("[data-ld-item] input[type=checkbox]");
  const known = new Set();
  const rows = declared().flatMap((element) => {
    if (known.has(element.dataset.key)) return [];
    known.add(element.dataset.key);
    const row = document.createElement("div"), term = document.createElement("dt"), text = document.createElement("dd");
    row.dataset.ldDeclared = "";
    label(element.dataset.key).forEach((part) => term.append(Object.assign(document.createElement("kbd"), { textContent: part }), " "));
    const said = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent;
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd").forEach((kbd) => kbd.remove());
    text.textContent = (said ?? copy.textContent).trim();
    row.append(term, text);
    return [row];
  });
  list.prepend(...rows);
  dialog.showModal();
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const name = nameOf(event);
  if (!name.startsWith("ctrl+") && event.target.closest?.(TYPING)) return;
  const element = declared().find((one) => one.dataset.key === name);
  let done = true;
  if (element) press(element);
  else if (document.querySelector("dialog[open], .modal.show")) done = false;
  else if (name === "j" || name === "k") done = move(name === "j" ? 1 : -1);
  else if (name === "x") done = select();
  else if (name === "?" && dialog) help();
  else done = false;
  if (done) event.preventDefault();
});
document.addEventListener("click", ({ target }) => target.closest("[data-ld-keys]") && help());
