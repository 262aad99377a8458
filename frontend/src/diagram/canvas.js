import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const FONT = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14, lineHeight: 1.35 };
const MARGIN = 12, WATERMARK = 36; // what is drawn must not lie under the watermark

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

const glyph = (icon) => {
  const made = make("i", `ti ti-${icon}`);
  made.setAttribute("aria-hidden", "true");
  return made;
};

/** One diagram and what is laid over it: the path, tokens, and ways into called diagrams. */
export class Canvas {
  #viewer;
  #xml = null;
  #marked = [];

  constructor(container, onOpen) {
    this.container = container;
    this.onOpen = onOpen;
    this.#viewer = new NavigatedViewer({
      container,
      zoomScroll: { enabled: false }, // the wheel moves the page; buttons zoom
      bpmnRenderer: { defaultStrokeColor: "#6b7686", defaultLabelColor: "#263040" },
      textRenderer: { defaultStyle: FONT, externalStyle: { ...FONT, fontSize: 12, lineHeight: 1.2 } },
    });
    this.#viewer.on("element.click", ({ element }) => this.#opened?.get(element.id) && this.onOpen(this.#opened.get(element.id).at(-1)));
    // Shown later, in a tab that was hidden, it has a size only then.
    this.resized = new ResizeObserver(() => this.#xml && this.fit());
    this.resized.observe(container);
  }

  #opened;

  async show(xml) {
    if (this.#xml === xml) return;
    this.#xml = null;
    this.#marked = [];
    await this.#viewer.importXML(xml);
    this.#widen();
    this.#xml = xml;
    this.fit();
  }

  /** Labels get the room that their words need: files say where they stand, for another font and
      perhaps another language. Those beside their element grow away from it. */
  #widen() {
    const texts = this.#viewer.get("textRenderer"), factory = this.#viewer.get("graphicsFactory"), shapes = this.#viewer.get("elementRegistry");
    for (const label of shapes.filter(({ labelTarget }) => labelTarget)) {
      const { x, width, labelTarget: target } = label;
      const wide = texts.getExternalLabelBounds({ ...label }, label.businessObject.name ?? "");
      if (target.width && x >= target.x + target.width - 4) wide.x = x;
      else if (target.width && x + width <= target.x + 4) wide.x = x + width - wide.width;
      Object.assign(label, wide);
      factory.update("shape", label, shapes.getGraphics(label));
    }
  }

  /** Draw a picture of the film over the diagram. */
  paint(film, frame, picture, focus) {
    const marks = this.#viewer.get("canvas"), overlays = this.#viewer.get("overlays"), shapes = this.#viewer.get("elementRegistry");
    overlays.clear();
    this.#marked.forEach(([id, mark]) => marks.removeMarker(id, mark));
    this.#marked = [];
    const mark = (id, name) => {
      if (!shapes.get(id)) return; // drawn in another file
      marks.addMarker(id, name);
      this.#marked.push([id, name]);
    };
    const lay = (id, position, html) => shapes.get(id) && overlays.add(id, { position, html });

    picture.flows.forEach((id) => mark(id, "ld-done"));
    picture.done.forEach((id) => picture.active.has(id) || mark(id, "ld-done"));
    picture.active.forEach((ids, id) => {
      mark(id, "ld-active");
      const texts = film.waiting(ids);
      if (texts.length) lay(id, { top: -28, left: 0 }, make("span", "ld-token", texts.join("，")));
    });
    picture.times.forEach((number, id) => {
      if (number > 1) lay(id, { bottom: 6, left: 6 }, make("span", "ld-note", film.word("times", { number })));
    });
    picture.opened.forEach((frames, id) => lay(id, { bottom: 26, right: 26 }, this.#button(film, frames.at(-1))));
    for (const id of [...picture.done, ...picture.active.keys()]) {
      const url = film.tableOf(frame, id);
      if (url) lay(id, { bottom: 26, right: 26 }, this.#link(film, url));
    }
    this.#opened = picture.opened;
    if (focus) mark(focus, "ld-focus");
  }

  #button(film, frame) {
    const button = make("button", "ld-drill");
    button.type = "button";
    button.setAttribute("aria-label", film.word("open", { name: film.frames[frame].label }));
    button.append(glyph("zoom-in"));
    button.addEventListener("click", () => this.onOpen(frame));
    return button;
  }

  #link(film, url) {
    const link = make("a", "ld-drill");
    link.href = url;
    link.setAttribute("aria-label", film.word("table"));
    link.append(glyph("table"));
    return link;
  }

  see(element) {
    const canvas = this.#viewer.get("canvas");
    if (element && this.#viewer.get("elementRegistry").get(element)) canvas.scrollToElement(element, 40);
  }

  zoom(by) {
    const canvas = this.#viewer.get("canvas");
    canvas.zoom(canvas.zoom() * by, "auto");
  }

  fit() {
    if (!this.container.clientWidth || !this.container.clientHeight) return;
    const canvas = this.#viewer.get("canvas");
    canvas.resized();
    const { inner } = canvas.viewbox();
    const height = inner.height + 2 * MARGIN + WATERMARK;
    canvas.viewbox({ x: inner.x - MARGIN, y: inner.y - MARGIN - 16, width: inner.width + 2 * MARGIN, height: height + 16 });
  }

  destroy() {
    this.resized.disconnect();
    this.#viewer.destroy();
  }
}
