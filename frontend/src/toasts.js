// What went well needs no click to go away; errors stay.
const LASTS = 5000; // milliseconds

const pass = (root) =>
  root.querySelectorAll("[data-ld-passing]").forEach((toast) => {
    toast.removeAttribute("data-ld-passing");
    setTimeout(() => toast.remove(), LASTS);
  });
pass(document);

const container = document.getElementById("toasts");
if (container) new MutationObserver(() => pass(container)).observe(container, { childList: true });

// A part of a page that could not be fetched says so, instead of nothing.
const fail = ({ detail }) => {
  if (detail.requestConfig?.headers["X-Polled"]) return; // asked again soon
  const toast = document.getElementById("toast-error")?.content.cloneNode(true);
  if (toast) container.append(toast);
};
document.addEventListener("htmx:responseError", fail);
document.addEventListener("htmx:sendError", fail);
