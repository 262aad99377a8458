// What was sent with the form of a record outlives an answer that isn't one: the session had ended,
// or the server could not answer. Kept in this browser tab until a page shows that it has arrived:
// that of the record, or the form again with what is wrong.
const KEY = "sent with a form";
const here = () => location.pathname + location.search;

export const keep = (form) => {
  const typed = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
  sessionStorage.setItem(KEY, JSON.stringify({ who: form.dataset.ldWho, place: here(), typed }));
};
/** What was sent from this very page and has not arrived, as a form would send it again. */
export const left = (form) => {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (kept?.place !== here() || kept.who !== form.dataset.ldWho) return null;
  const data = new FormData();
  kept.typed.forEach(([name, value]) => data.append(name, value));
  data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  return data;
};
export const drop = () => sessionStorage.removeItem(KEY);

// A page for somebody who is logged in, and no form any more: it was saved, or given up. A form that
// says what is wrong holds what was sent.
const answered = document.querySelector("#errors, #problem") || !document.getElementById("record");
if (document.querySelector("[data-ld-user]") && answered) drop();
