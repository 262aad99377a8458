// <ld-drawing src="….bpmn">: a diagram to be looked at. Where the page judges it, elements bear the
// verdicts of #verdicts (JSON), and the rows of #findings lead to them and back.
import { Canvas } from "../diagram/canvas.js";

class Drawing extends HTMLElement {
  #canvas;
  #gone = new AbortController();

  connectedCallback() {
    if (this.#canvas) return;
    this.#start().catch((error) => {
      this.querySelector("[data-failed]").hidden = false;
      console.warn(error);
    });
  }

  disconnectedCallback() {
    this.#gone.abort();
    this.#canvas?.destroy();
  }

  async #start() {
    this.#canvas = new Canvas(this.querySelector("[data-canvas]"), { onClick: (element) => this.#point(element) });
    const answer = await fetch(this.getAttribute("src"), { signal: this.#gone.signal });
    if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
    await this.#canvas.show(await answer.text());
    this.querySelectorAll("[data-zoom]").forEach((button) => {
      const { zoom } = button.dataset;
      button.addEventListener("click", () => (zoom === "fit" ? this.#canvas.fit() : this.#canvas.zoom(Number(zoom))));
    });
    this.#judge();
    this.#listen();
    this.dataset.ready = "";
  }

  #judge() {
    const verdicts = document.getElementById("verdicts");
    for (const [element, verdict] of Object.entries(verdicts ? JSON.parse(verdicts.textContent) : {})) {
      const mark = this.querySelector(`.ld-mark-${verdict}`); // in the legend
      const icon = verdict !== "runs" && mark?.querySelector("i").className.match(/ti-([\w-]+)/)?.[1];
      this.#canvas.judge(element, verdict, icon, mark?.textContent.trim());
    }
  }

  #rows() {
    return document.querySelectorAll("#findings [data-element]:not([data-element=''])");
  }

  #listen() {
    this.#rows().forEach((row) => {
      const button = row.querySelector("[data-show]");
      if (!this.#canvas.has(row.dataset.element)) return;
      button.hidden = false;
      row.addEventListener("click", ({ target }) => target.closest("[type=submit]") || this.#show(row.dataset.element), { signal: this.#gone.signal });
    });
  }

  #show(element) {
    this.#point(element);
    this.#canvas.see(element);
    const { top, bottom } = this.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) this.scrollIntoView({ block: "nearest" });
  }

  /** The element and its row stand out. */
  #point(element) {
    this.#canvas.unmark("ld-focus");
    this.#canvas.mark(element, "ld-focus");
    this.#rows().forEach((row) => {
      const here = row.dataset.element === element;
      row.toggleAttribute("data-here", here);
      if (!here) return;
      const folded = row.closest("details");
      if (folded) folded.open = true;
      row.scrollIntoView({ block: "nearest" });
    });
  }
}

customElements.define("ld-drawing", Drawing);
