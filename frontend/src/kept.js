// What is typed into a decision outlives the pane: it may be exchanged (another tab, another task, a
// reload) before the server has heard of it. Kept in this browser tab until the decision is sent.
const FIELDS = "textarea[name], select[name], input[name]:not([type=hidden], [type=file], [type=checkbox], [type=radio])";
const place = (of) => `typed ${of.dataset.ldKept}`;
let known = null;
let asItCame = new Map();

const keep = (of) => {
  const typed = [...of.querySelectorAll(FIELDS)].filter((field) => field.value !== asItCame.get(field));
  if (typed.length) sessionStorage.setItem(place(of), JSON.stringify(typed.map(({ name, value }) => [name, value])));
  else sessionStorage.removeItem(place(of));
};
const restore = () => {
  const here = document.querySelector("form[data-ld-kept]");
  if (!here || here === known) return;
  known = here;
  const fields = [...here.querySelectorAll(FIELDS)];
  asItCame = new Map(fields.map((field) => [field, field.value]));
  for (const [name, value] of JSON.parse(sessionStorage.getItem(place(here)) ?? "[]")) {
    const field = fields.find((one) => one.name === name);
    if (!field || field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true })); // and the server hears of it after all
  }
};
document.addEventListener("input", ({ target }) => target.form?.matches("[data-ld-kept]") && keep(target.form));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt: sender, parameters } = detail.requestConfig; // gone from the page by now, perhaps
  if (!detail.successful) return;
  if (sender.matches("[data-ld-kept]")) sessionStorage.removeItem(place(sender)); // decided
  else if (sender.id === "opinion" && parameters.get("opinion") === sender.value && sender.form) {
    asItCame.set(sender, sender.value); // the draft lies on the server
    keep(sender.form);
  }
});
document.addEventListener("htmx:afterSettle", restore);
restore();
