// Files chosen for a decision outlive the pane like what is typed into it (kept.js): browsers forget
// them when a page is exchanged, be it for another's error. Where several can be chosen, choosing again
// adds, and each can be taken back.
const INPUTS = "form[data-ld-kept] input[type=file]";
const chosen = new Map(); // decision and field → files
const place = (input) => `${input.form.dataset.ldKept} ${input.name}`;
const same = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
const size = (bytes) => (bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`);

const put = (input, files) => {
  const all = new DataTransfer();
  files.forEach((file) => all.items.add(file));
  input.files = all.files;
  chosen.set(place(input), files);
  const list = document.getElementById(input.dataset.ldFiles);
  if (!list) return; // a field of a form shows its one file itself
  list.querySelectorAll("li").forEach((old) => old.remove());
  list.append(...files.map((file) => line(list, input, file)));
};
const line = (list, input, file) => {
  const made = list.querySelector("template").content.cloneNode(true).querySelector("li");
  made.querySelector("[data-ld-name]").textContent = file.name;
  made.querySelector("[data-ld-size]").textContent = size(file.size);
  made.querySelector("button").addEventListener("click", () => {
    put(input, chosen.get(place(input)).filter((other) => other !== file));
    input.focus();
  });
  return made;
};

document.addEventListener("change", ({ target }) => {
  if (!target.matches(INPUTS)) return;
  const before = target.multiple ? (chosen.get(place(target)) ?? []) : [];
  put(target, [...before.filter((old) => ![...target.files].some((file) => same(file, old))), ...target.files]);
});
document.addEventListener("htmx:afterSettle", () =>
  document.querySelectorAll(INPUTS).forEach((input) => {
    const files = chosen.get(place(input));
    if (files?.length && !input.files.length) put(input, files);
  }),
);
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt: sender } = detail.requestConfig;
  if (!sender.matches("form[data-ld-kept]") || detail.xhr.status >= 400) return;
  for (const key of chosen.keys()) if (key.startsWith(`${sender.dataset.ldKept} `)) chosen.delete(key); // decided
});
