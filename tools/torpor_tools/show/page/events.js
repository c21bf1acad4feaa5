// The wakes of the chart's window, one a line: what woke the node, what it did and why.
const PAGE = 12;

class Events {
  constructor(waves, data, chosen) {
    this.waves = waves;
    this.data = data;
    this.chosen = chosen;
    this.kind = "";
    this.page = 0;
    this.window = [0, waves.end];
    const kinds = new Map();
    for (const shape of waves.of) kinds.set(waves.shapes[shape].kind, (kinds.get(waves.shapes[shape].kind) || 0) + 1);
    const options = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, times]) => el("option", {value: kind}, `${kind} (${many(times)})`));
    fill("kinds", el("option", {value: ""}, "every wake"), ...options);
    byId("kinds").onchange = event => { this.kind = event.target.value; this.page = 0; this.show(); };
    byId("older").onclick = () => this.turn(-1);
    byId("newer").onclick = () => this.turn(1);
    const {decisions} = data.energy, used = new Set(data.energy.cells.map(cell => cell[1]));
    facts("reasons", Object.entries(decisions).filter(([name]) => used.has(name)));
  }
  seen(from, to) {
    clearTimeout(this.wait);
    this.wait = setTimeout(() => { this.window = [from, to]; this.page = 0; this.show(); }, 60);
  }
  turn(by) { this.page += by; this.show(); }

  // As many as fit a page, of the window's wakes of this kind.
  show() {
    const {waves} = this, [from, to] = this.window, first = Math.max(0, waves.at(from) + (waves.start[waves.at(from)] < from ? 1 : 0));
    const found = [];
    for (let i = first; i < waves.start.length && waves.start[i] <= to; i++)
      if (!this.kind || waves.shapes[waves.of[i]].kind === this.kind) found.push(i);
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    this.page = Math.min(Math.max(0, this.page), pages - 1);
    const some = found.slice(this.page * PAGE, (this.page + 1) * PAGE);
    table("event-rows", ["when", "woken by", "what", "for whom, and why", ["awake", "n"], ["charge", "n"]], some.map(i => {
      const shape = waves.shapes[waves.of[i]];
      return [el("button", {type: "button", on: {click: () => this.chosen(i, false)}}, clock(waves.start[i])),
        this.data.causes[shape.cause], shape.kind, this.why(shape), [length(shape.s), "n"], [charge(shape.uc / 1000), "n"]];
    }));
    [...byId("event-rows").tBodies[0].rows].forEach((row, i) => {
      row.dataset.wake = some[i];
    });
    byId("older").disabled = this.page === 0;
    byId("newer").disabled = this.page === pages - 1;
    const kept = waves.first ? `; the last ${many(waves.start.length)} are kept one by one` : "";
    fill("events-where", found.length ? `${many(this.page * PAGE + 1)} to ${many(this.page * PAGE + some.length)} of ${many(found.length)} in the chart's window${kept}` :
      `none in the chart's window${kept}`);
    this.mark(this.wake);
  }
  mark(wake) {
    this.wake = wake;
    for (const row of byId("event-rows").tBodies[0]?.rows || [])
      row.className = Number(row.dataset.wake) === wake ? "chosen" : "";
  }
  why({parts}) {
    const told = new Map();
    for (const {task, decision} of parts) if (task !== "node") told.set(`${task}, ${decision}`, decision);
    const {decisions} = this.data.energy;
    const all = [...told].map(([text, decision]) => el("span", {title: decisions[decision]}, text));
    return el("span", {}, ...all.flatMap((one, i) => i ? ["; ", one] : [one]));
  }
}
