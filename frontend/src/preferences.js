// How this browser wants its pages, as cookies: the server then sends them right from the first paint.
const YEAR = 365 * 24 * 3600;
const keep = (name, value) => {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
};
const root = document.documentElement;

const kept = document.cookie.match(/(?:^|; )theme=(light|dark)/)?.[1];
if (kept) root.dataset.bsTheme = kept; // pages that know nothing of who asks, such as errors

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-ld-theme]")) return;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  keep("theme", root.dataset.bsTheme);
});

// Tabler folds the side bar and remembers it where only it can see it.
document.addEventListener("tabler:sidebar-folded", ({ detail }) => keep("sidebar", detail.folded ? "folded" : "open"));

// `toggle` doesn't bubble.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.matches("[data-ld-module]")) return;
    const open = [...document.querySelectorAll("[data-ld-module][open]")].map((one) => one.dataset.ldModule);
    keep("modules", open.join("."));
  },
  true,
);
