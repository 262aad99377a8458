/** The case as it was at a step: what the server sends, cut at that moment. No drawing here. */
export class Film {
  constructor({ frames, visits, steps, tokens, tables, words }) {
    Object.assign(this, { frames, visits, steps, tokens, tables, words });
  }

  get last() {
    return this.steps.length - 1;
  }

  /** Flows taken, elements left and how often, elements waiting, frames opened: of one frame. */
  picture(step, frame) {
    const { visits: known, at } = this.steps[step] ?? { visits: 0, at: 0 };
    const flows = new Set(), done = new Set(), active = new Map(), times = new Map(), opened = new Map();
    const begun = new Set();
    for (const visit of this.visits.slice(0, known)) {
      begun.add(visit.frame);
      if (visit.frame !== frame) continue;
      const ended = visit.ended !== null && visit.ended <= at;
      if (visit.listens && !(ended && visit.done)) continue;
      if (visit.flow) {
        flows.add(visit.flow);
        times.set(visit.element, (times.get(visit.element) ?? 0) + 1);
      }
      if (ended) done.add(visit.element);
      else active.set(visit.element, [...(active.get(visit.element) ?? []), visit.id]);
    }
    this.frames.forEach(({ parent, element }, number) => {
      if (parent === frame && begun.has(number)) opened.set(element, [...(opened.get(element) ?? []), number]);
    });
    return { flows, done, active, times, opened };
  }

  /** Whom an element waits for, once: the task and the calls around it say the same. */
  waiting(ids) {
    return [...new Set(ids.map((id) => this.tokens[id]).filter(Boolean))];
  }

  /** The element by which a step is seen in a frame: its own, or the call around it. */
  elementIn(step, frame) {
    let { frame: at, element } = this.steps[step] ?? {};
    while (at !== undefined && at !== null && at !== frame) ({ parent: at, element } = this.frames[at]);
    return at === frame ? element : "";
  }

  /** From the case's own diagram down to this one. */
  way(frame) {
    const found = [];
    for (let at = frame; at !== null && at !== undefined; at = this.frames[at].parent) found.unshift(at);
    return found;
  }

  tableOf(frame, element) {
    return this.tables[`${this.frames[frame].process}/${element}`];
  }

  word(name, values = {}) {
    return this.words[name].replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
  }
}
