// Rows of tabs that are wider than a phone begin with the tab one is on in sight.
const show = () => {
  for (const here of document.querySelectorAll(".ld-scroll-x .active")) {
    const row = here.closest(".ld-scroll-x");
    const { left, width } = here.getBoundingClientRect();
    row.scrollLeft += left - row.getBoundingClientRect().left - (row.clientWidth - width) / 2;
  }
};
show();
document.addEventListener("htmx:afterSettle", show);
