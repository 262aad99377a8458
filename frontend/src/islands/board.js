// The board of opportunities: cards are dragged, or moved by Shift and an arrow. The server decides;
// what it refuses goes back. Without this the buttons of each card do the same.
const board = document.getElementById("board");
const said = document.getElementById("board-said");
const FAR = 6; // pixels that make a press a drag
const LONG = 300; // milliseconds a finger rests before it lifts a card instead of scrolling
const EDGE = 48; // pixels from the edge where the board scrolls along
const STEP = 12; // pixels it scrolls at a time

const columns = () => [...board.querySelectorAll("[data-column]")];
const columnOf = (stage) => board.querySelector(`[data-column="${stage}"]`);
const cardsOf = (column) => column.querySelector("[data-cards]");

// --- telling --------------------------------------------------------------------------------------
const tell = (text) => {
  const toast = document.getElementById("toast-error").content.cloneNode(true);
  if (text) toast.querySelector("[data-ld-text]").textContent = text;
  document.getElementById("toasts").append(toast);
};
const total = (columns) =>
  Object.entries(columns).forEach(([stage, { count, money }]) => {
    const column = columnOf(stage);
    if (!column) return;
    column.querySelector("[data-count]").textContent = count;
    column.querySelector("[data-money]").textContent = money;
  });

// --- moving ---------------------------------------------------------------------------------------
/** Put a card into a column at once; the answer says whether it stays there. */
const move = async (card, column) => {
  const form = card.querySelector("[data-ld-move]");
  if (!form || column.dataset.column === card.dataset.stage || !column.hasAttribute("data-takes")) return;
  const focused = card.contains(document.activeElement);
  const mark = document.createComment(""); // where it stood
  const body = new FormData(form);
  body.set("stage", column.dataset.column);
  card.replaceWith(mark);
  cardsOf(column).prepend(card);
  card.classList.add("ld-moving");
  let answer = { problem: "", html: card.outerHTML, stage: card.dataset.stage, columns: {} };
  let good = false;
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    good = response.ok;
    if (response.headers.get("Content-Type")?.includes("json")) answer = await response.json();
  } catch {
    // Nothing arrived: it goes back.
  }
  card.classList.remove("ld-moving");
  if (!good) {
    mark.replaceWith(card);
    tell(answer.problem);
  }
  mark.remove();
  const now = settle(card, answer);
  total(answer.columns);
  if (good) said.textContent = `${said.dataset.moved}: ${column.getAttribute("aria-label")}`;
  if (focused) now?.focus();
};

/** The card as the server has it: where it is now, or gone. */
const settle = (card, { html, stage }) => {
  if (!html) return card.remove();
  const fresh = document.createRange().createContextualFragment(html).firstElementChild;
  fresh.classList.remove("ld-moving");
  const column = columnOf(stage);
  if (!column) return card.remove();
  if (column.contains(card)) card.replaceWith(fresh);
  else card.remove(), cardsOf(column).prepend(fresh);
  window.htmx?.process(fresh);
  return fresh;
};

// --- by keys and by buttons -----------------------------------------------------------------------
board.addEventListener("keydown", (event) => {
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const card = event.target.closest("[data-card]");
  if (!way || !event.shiftKey || !card || event.target !== card) return;
  event.preventDefault();
  const open = columns().filter((one) => one.hasAttribute("data-takes") || one.dataset.column === card.dataset.stage);
  const next = open[open.findIndex((one) => one.dataset.column === card.dataset.stage) + way];
  if (next) move(card, next);
});
board.addEventListener("submit", (event) => {
  const column = event.target.matches("[data-ld-move]") && columnOf(event.submitter?.value);
  if (!column) return;
  event.preventDefault();
  event.stopPropagation(); // nothing else disables its buttons: it is replaced
  move(event.target.closest("[data-card]"), column);
});

// --- by dragging ----------------------------------------------------------------------------------
let drag = null; // { card, ghost, x, y, dx, dy, timer }

const lift = () => {
  const { card } = drag;
  const { left, top, width } = card.getBoundingClientRect();
  Object.assign(drag, { dx: drag.x - left, dy: drag.y - top });
  drag.ghost = card.cloneNode(true);
  drag.ghost.removeAttribute("id");
  drag.ghost.classList.add("ld-board-ghost");
  drag.ghost.style.width = `${width}px`;
  document.body.append(drag.ghost);
  card.classList.add("ld-lifted");
  document.body.classList.add("ld-dragging");
  follow(drag.x, drag.y);
};
const under = (x, y) => document.elementFromPoint(x, y)?.closest("[data-column][data-takes], [data-end]") ?? null;
const follow = (x, y) => {
  Object.assign(drag, { nowX: x, nowY: y });
  drag.ghost.style.transform = `translate(${x - drag.dx}px, ${y - drag.dy}px)`;
  const place = under(x, y);
  document.querySelectorAll(".ld-over").forEach((one) => one !== place && one.classList.remove("ld-over"));
  place?.classList.add("ld-over");
  const { left, right } = board.getBoundingClientRect();
  if (x > right - EDGE) board.scrollLeft += STEP;
  if (x < left + EDGE) board.scrollLeft -= STEP;
};
const end = () => {
  if (!drag) return;
  clearTimeout(drag.timer);
  drag.ghost?.remove();
  drag.card.classList.remove("ld-lifted");
  document.body.classList.remove("ld-dragging");
  document.querySelectorAll(".ld-over").forEach((one) => one.classList.remove("ld-over"));
  drag = null;
};

if (board.hasAttribute("data-movable")) {
  board.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-card]");
    if (!card || event.button || event.target.closest("button, summary, form, .ld-board-acts a")) return;
    drag = { card, x: event.clientX, y: event.clientY, pointer: event.pointerId };
    if (event.pointerType === "touch") drag.timer = setTimeout(lift, LONG);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR;
    if (drag.ghost) follow(event.clientX, event.clientY);
    else if (far && event.pointerType === "touch") end(); // the finger scrolls
    else if (far) lift();
  });
  document.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const { card, ghost } = drag;
    const place = ghost && under(event.clientX, event.clientY);
    end();
    if (!ghost) return;
    // The click that follows would open the card.
    const swallow = (click) => (click.preventDefault(), click.stopPropagation());
    document.addEventListener("click", swallow, true);
    setTimeout(() => {
      document.removeEventListener("click", swallow, true);
      if (place?.dataset.end) card.querySelector(`[data-ld-${place.dataset.end}]`).click();
      else if (place) move(card, place);
    });
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && end());
  // A lifted card moves with the finger, not the page.
  document.addEventListener("touchmove", (event) => drag?.ghost && event.preventDefault(), { passive: false });
  board.addEventListener("dragstart", (event) => event.preventDefault());
  board.addEventListener("contextmenu", (event) => drag?.ghost && event.preventDefault());
}
