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

// Modules that somebody has opened stay so; the one of the page itself is open anyway.
document.addEventListener("click", ({ target }) => {
  const module = target.closest("[data-ld-module] > summary")?.parentElement;
  if (!module) return;
  const opened = new Set((document.cookie.match(/(?:^|; )modules=([\w.]*)/)?.[1] ?? "").split(".").filter(Boolean));
  if (module.open) opened.delete(module.dataset.ldModule); // it closes after this
  else opened.add(module.dataset.ldModule);
  keep("modules", [...opened].join("."));
});
