import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const FONT = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14, lineHeight: 1.35 };
const MARGIN = 12, WATERMARK = 36; // what is drawn must not lie under the watermark

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

const glyph = (icon) => {
  const made = make("i", `ti ti-${icon}`);
  made.setAttribute("aria-hidden", "true");
  return made;
};

/** One diagram and what is laid over it: the path, tokens, ways into called diagrams; verdicts. */
export class Canvas {
  #viewer;
  #xml = null;
  #marked = [];

  /** `onClick` is told the id of the element that was clicked. */
  constructor(container, { onOpen = () => {}, onClick = () => {} }) {
    this.container = container;
    this.onOpen = onOpen;
    this.#viewer = new NavigatedViewer({
      container,
      zoomScroll: { enabled: false }, // the wheel moves the page; buttons zoom
      bpmnRenderer: { defaultStrokeColor: "#6b7686", defaultLabelColor: "#263040" },
      textRenderer: { defaultStyle: FONT, externalStyle: { ...FONT, fontSize: 12, lineHeight: 1.2 } },
    });
    this.#viewer.on("element.click", ({ element }) => {
      if (this.#opened?.get(element.id)) this.onOpen(this.#opened.get(element.id).at(-1));
      onClick(element.labelTarget?.id ?? element.id);
    });
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
    this.clear();
    const mark = (id, name) => this.mark(id, name), lay = (id, position, html) => this.#lay(id, position, html);

    picture.flows.forEach((id) => mark(id, "ld-done"));
    picture.done.forEach((id) => picture.active.has(id) || mark(id, "ld-done"));
    picture.active.forEach((ids, id) => {
      mark(id, "ld-active");
      const texts = film.waiting(ids);
      if (texts.length) lay(id, this.#beside(id), make("span", "ld-token", texts.join("，")));
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

  clear() {
    this.#viewer.get("overlays").clear();
    this.#marked.forEach(([id, mark]) => this.#viewer.get("canvas").removeMarker(id, mark));
    this.#marked = [];
  }

  has(id) {
    return Boolean(this.#shape(id));
  }

  mark(id, name) {
    if (!this.has(id)) return; // drawn in another file
    this.#viewer.get("canvas").addMarker(id, name);
    this.#marked.push([id, name]);
  }

  unmark(name) {
    this.#marked = this.#marked.filter(([id, mark]) => mark !== name || this.#viewer.get("canvas").removeMarker(id, name));
  }

  /** A verdict: its colour, and unless it runs its sign, so that nobody needs to tell colours apart. */
  judge(id, verdict, icon, label) {
    this.mark(id, `ld-${verdict}`);
    if (!icon || !this.has(id)) return;
    const sign = make("span", `ld-sign ld-mark-${verdict}`);
    sign.title = label;
    sign.append(glyph(icon));
    this.#lay(id, this.#shape(id).waypoints ? { top: -10, left: 0 } : { top: -10, right: 10 }, sign);
  }

  /** Where a token stands: above its element, or below where a boundary event has its place above. */
  #beside(id) {
    const { y, attachers = [] } = this.#shape(id) ?? {};
    const above = attachers.some((event) => event.y + event.height / 2 <= y + 1);
    return above ? { bottom: -16, left: 0 } : { top: -28, left: 0 };
  }

  #shape(id) {
    return this.#viewer.get("elementRegistry").get(id);
  }

  #lay(id, position, html) {
    if (this.has(id)) this.#viewer.get("overlays").add(id, { position, html });
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

  /** Bring an element into view, also where it is inside a collapsed subprocess. */
  see(element) {
    const canvas = this.#viewer.get("canvas"), shape = element && this.#shape(element);
    if (!shape) return;
    canvas.setRootElement(canvas.findRoot(shape));
    canvas.scrollToElement(shape, 40);
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
