// <ld-diagram src="…/film">: the diagram of a case with its path, and a scrubber that replays it.
// Its parts are in the template; without JavaScript the outline and the trail say the same.
import { Canvas } from "../diagram/canvas.js";
import { Film } from "../diagram/film.js";

const PACE = 1200; // milliseconds a step

class Diagram extends HTMLElement {
  #film;
  #canvas;
  #frame = 0;
  #step = 0;
  #timer = 0;
  #files = new Map();
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
    clearTimeout(this.#timer);
    this.#canvas?.destroy();
  }

  async #start() {
    this.#canvas = new Canvas(this.querySelector("[data-canvas]"), { onOpen: (frame) => this.#open(frame) });
    this.#film = new Film(await (await this.#fetch(this.getAttribute("src"))).json());
    this.#step = this.#film.last;
    this.#listen();
    await this.#open(0);
    this.dataset.ready = "";
  }

  async #fetch(url) {
    const answer = await fetch(url, { signal: this.#gone.signal, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer;
  }

  #listen() {
    const on = (name, type, act) => this.querySelectorAll(`[data-${name}]`).forEach((one) => one.addEventListener(type, () => act(one)));
    on("zoom", "click", ({ dataset }) => (dataset.zoom === "fit" ? this.#canvas.fit() : this.#canvas.zoom(Number(dataset.zoom))));
    on("move", "click", ({ dataset }) => this.#go(this.#step + Number(dataset.move)));
    on("play", "click", () => (this.#timer ? this.#stop() : this.#play()));
    on("scrub", "input", (range) => this.#go(Number(range.value)));
    const range = this.querySelector("[data-scrub]");
    range.max = this.#film.last;
    this.#entries().forEach((entry) => {
      entry.tabIndex = 0;
      entry.setAttribute("role", "button");
      const choose = () => this.#choose(entry);
      entry.addEventListener("click", choose, { signal: this.#gone.signal });
      entry.addEventListener("keydown", ({ key }) => key === "Enter" && choose(), { signal: this.#gone.signal });
    });
  }

  #entries() {
    return document.querySelectorAll(`#${CSS.escape(this.getAttribute("trail") ?? "")} [data-step]`);
  }

  /** A trail entry shows its moment, in the diagram where it happened. */
  async #choose(entry) {
    const step = this.#film.steps.findIndex(({ seq }) => seq === Number(entry.dataset.step));
    if (step < 0) return;
    this.#stop();
    this.#step = step;
    await this.#open(this.#film.steps[step].frame);
    this.#canvas.see(this.#film.steps[step].element);
  }

  #go(step) {
    this.#stop();
    this.#show(step);
  }

  #show(step) {
    this.#step = Math.max(0, Math.min(step, this.#film.last));
    this.#paint();
  }

  #play() {
    if (this.#step >= this.#film.last) this.#show(0);
    const next = () => {
      this.#show(this.#step + 1);
      if (this.#step < this.#film.last) this.#timer = setTimeout(next, PACE);
      else this.#stop();
    };
    this.#timer = setTimeout(next, PACE);
    this.#label();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#label();
  }

  #label() {
    const button = this.querySelector("[data-play]");
    button.setAttribute("aria-label", this.#film.word(this.#timer ? "pause" : "play"));
    button.querySelector("i").className = `ti ti-player-${this.#timer ? "pause" : "play"}`;
  }

  async #open(frame) {
    const { url } = this.#film.frames[frame];
    if (!url) return;
    this.#frame = frame;
    if (!this.#files.has(url)) this.#files.set(url, await (await this.#fetch(url)).text());
    await this.#canvas.show(this.#files.get(url));
    this.#paint();
    this.#crumbs();
  }

  #paint() {
    const { seq, text } = this.#film.steps[this.#step] ?? { text: "" };
    const focus = this.#step < this.#film.last ? this.#film.elementIn(this.#step, this.#frame) : "";
    this.#canvas.paint(this.#film, this.#frame, this.#film.picture(this.#step, this.#frame), focus);
    this.querySelector("[data-scrub]").value = this.#step;
    const said = `${this.#film.word("step", { number: this.#step + 1, all: this.#film.last + 1 })}　${text}`;
    this.querySelector("[data-said]").textContent = said;
    this.querySelector("[data-scrub]").setAttribute("aria-valuetext", said);
    this.#entries().forEach((entry) =>
      Number(entry.dataset.step) === seq ? entry.setAttribute("aria-current", "step") : entry.removeAttribute("aria-current"),
    );
  }

  /** The way back from a called diagram. */
  #crumbs() {
    const way = this.#film.way(this.#frame);
    const list = this.querySelector("[data-way]");
    list.hidden = way.length < 2;
    list.replaceChildren(
      ...way.map((frame) => {
        const item = document.createElement("li"), here = frame === this.#frame;
        item.className = `breadcrumb-item${here ? " active" : ""}`;
        if (here) item.textContent = this.#film.frames[frame].label;
        else {
          const back = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link p-0", textContent: this.#film.frames[frame].label });
          back.addEventListener("click", () => this.#open(frame));
          item.append(back);
        }
        return item;
      }),
    );
  }
}

customElements.define("ld-diagram", Diagram);
