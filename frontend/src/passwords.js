// What is typed into a password field can be shown; it is hidden again before it is sent, so that no
// browser keeps it among what was typed into other fields.
const show = (button, shown) => {
  document.getElementById(button.getAttribute("aria-controls")).type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
  button.firstElementChild.className = `ti ti-eye${shown ? "-off" : ""} icon-sm`;
};
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-ld-reveal]");
  if (button) show(button, button.getAttribute("aria-pressed") === "false");
});
document.addEventListener("submit", ({ target }) => {
  target.querySelectorAll("[data-ld-reveal][aria-pressed=true]").forEach((button) => show(button, false));
});
