// What is folded up says at once what is chosen in it, not only once it has been sent.
document.addEventListener("change", ({ target }) => {
  const chooser = target.closest?.("[data-ld-chosen]");
  if (!chooser) return;
  const { ldChosen: none, ldComma: comma, ldLabel: label } = chooser.dataset;
  const said = [...chooser.querySelectorAll("input:checked")].map(({ dataset }) => dataset.ldSaid).join(comma) || none;
  const summary = chooser.querySelector("summary");
  summary.textContent = said;
  summary.setAttribute("aria-label", `${label}: ${said}`);
});
