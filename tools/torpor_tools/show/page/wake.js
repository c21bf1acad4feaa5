// One wake as a current probe would show it, with its states and marker pins below.
const ON_AIR = 3; // on the pins, as torpor/markers.py sets them
const plain = state => state.replaceAll("_", " ");

class Wake {
  constructor(waves, data, chosen) {
    this.waves = waves;
    this.data = data;
    this.kept = (data.recorded?.wakes || []).map(one => {
      const ua = new Float32Array(bytes(one.ua));
      return {...one, ua, at: Array.from(ua, (_, i) => i * one.s / ua.length)};
    });
    tellRecorded(data.recorded);
    this.log = false;
    this.box = byId("wake-chart");
    fill("shown", ...waves.shown.map(({name, wake}) =>
      el("button", {type: "button", on: {click: () => chosen(wake, false)}}, name)));
    byId("wake-before").onclick = () => chosen(this.number - 1, false);
    byId("wake-after").onclick = () => chosen(this.number + 1, false);
    byId("wake-scale").onclick = () => { this.log = !this.log; this.draw(); };
    this.box.ondblclick = () => { this.window = null; this.draw(); };
  }

  show(number) {
    this.number = number;
    this.window = null;
    this.shape = this.waves.shapes[this.waves.of[number]];
    const {shape, waves} = this, s = waves.start[number];
    [...byId("shown").children].forEach((button, i) =>
      button.setAttribute("aria-current", waves.shown[i].wake === number));
    fill("wake-name", `Wake ${many(number + waves.first + 1)} of ${many(waves.count)}: `, el("strong", {}, shape.kind),
      `, ${clock(s, 1)}, woken by ${this.data.causes[shape.cause]}`);
    stats("wake-stats", [["awake", length(shape.s)], ["mean", current(shape.uc / (shape.s || 1))],
      ["peak", current(shape.peak)], ["charge", charge(shape.uc / 1000)], ["then asleep", length(waves.rest(number))]]);
    table("steps", ["state", "task", "decision", ["from", "n"], ["for", "n"], ["current", "n"], ["charge", "n"]],
      shape.parts.map(part => [plain(part.state), part.task, part.decision, [`${fixed(part.at * 1e3)} ms`, "n"],
        [length(part.s), "n"], [current(part.ua), "n"], [charge(part.s * part.ua / 1000), "n"]]));
    this.draw();
  }

  // The steps with a little sleep around, and the recorded wake of this kind, on one axis of time.
  curves() {
    const {shape, waves, number} = this, pad = .04 * shape.s;
    const before = number ? waves.asleep[number - 1] : 0, after = waves.asleep[number];
    const own = [[-pad, ...shape.parts.map(part => part.at), shape.s, shape.s + pad],
                 [before, ...shape.parts.map(part => part.ua), after, after]];
    const recorded = this.recorded();
    return recorded ? uPlot.join([own, [recorded.at, [...recorded.ua]]], [[1], [1]]) : own;
  }
  recorded() {
    return this.kept.find(one => one.kind === this.shape.kind);
  }

  draw() {
    this.plot?.destroy();
    byId("wake-scale").setAttribute("aria-pressed", this.log);
    const {log} = this, curves = this.curves(), recorded = this.recorded();
    const whole = [curves[0][0], curves[0][curves[0].length - 1]], least = Math.min(...curves[1].filter(ua => ua > 0), 1e3);
    const most = Math.max(...curves.slice(1).flatMap(some => some.filter(ua => ua !== null && ua !== undefined)));
    this.plot = new uPlot({
      width: this.box.clientWidth, height: this.box.clientHeight, padding: [8, 24, 0, 0],
      legend: {show: false}, cursor: {drag: {x: true, y: false, setScale: false}, points: {show: false}},
      scales: {x: {time: false, range: () => this.window || whole},
               y: {distr: log ? 3 : 1, range: () => log ? [10 ** Math.floor(Math.log10(least)), most * 1.3] : [0, most * 1.08]}},
      axes: [{...looks(), size: 30, splits: (u, i, from, to) => ticks(from, to, stepOf(to - from, u.bbox.width / devicePixelRatio, 80)),
              values: (u, all) => all.map(s => s === 0 ? "0" : length(s))}, currentAxis(log)],
      series: [{}, {...line(colour("--accent"), 1.6), fill: log ? undefined : colour("--wash"), spanGaps: true},
               ...(recorded ? [{stroke: colour("--ink"), width: 1, points: {show: false}, spanGaps: true}] : [])],
      hooks: {setSelect: [u => this.selected(u)], setCursor: [u => this.read(u)], draw: [u => this.lanes(u)]},
    }, curves, this.box);
    this.box.setAttribute("aria-label", `Current of one wake: ${this.shape.kind}, ${length(this.shape.s)}, ` +
      `${charge(this.shape.uc / 1000)}, at most ${current(this.shape.peak)}; step by step below`);
    this.read(this.plot);
  }
  selected(u) {
    if (u.select.width < 4) return;
    this.window = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")];
    this.draw();
  }

  // State by name, and the marker pins D1 and D0, below the curve.
  lanes(u) {
    const {bbox} = u, left = bbox.left / devicePixelRatio, width = bbox.width / devicePixelRatio;
    const {min, max} = u.scales.x, x = s => left + width * Math.min(1, Math.max(0, (s - min) / (max - min)));
    const rows = [["", part => plain(part.state).replace(/^tx .*/, "tx"), part => part.mark === ON_AIR ? "on" : ""],
      ["D1", part => part.mark & 2, null], ["D0", part => part.mark & 1, null]];
    fill("lanes", ...rows.flatMap(([name, of, kind], row) => {
      const top = row ? 24 + 23 * (row - 1) : 0, out = [el("span", {class: "name", style: `top:${top}px`}, name)];
      for (const one of joined(this.shape.parts, of)) {
        const from = x(one.at), wide = x(one.at + one.s) - from;
        const high = !kind && one.value, text = kind && wide > 8 * one.value.length * .9 + 8 ? one.value : "";
        if (wide > 0) out.push(el("span", {class: `part ${kind ? kind(one.part) : high ? "high" : ""}`, title: kind ? one.value : null,
          style: `left:${from}px;width:${wide}px;top:${kind ? 0 : high ? top : top + 14}px;height:${kind ? 20 : high ? 16 : 2}px`}, text));
      }
      return out;
    }));
  }

  read(u) {
    const recorded = this.recorded();
    const s = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : NaN;
    const part = this.shape.parts.find(one => s >= one.at && s < one.at + one.s);
    const known = part && this.data.energy.states[part.state];
    if (part) fill("wake-read", `${length(s)}: ${current(part.ua)}, ${plain(part.state)}, for ${part.task}, ${part.decision}. ` +
      `${known.tag}: ${known.source}`);
    else if (recorded) fill("wake-read", el("i", {class: "key"}), "predicted", el("i", {class: "key ink"}),
      `recorded: ${charge(recorded.mc)} in ${length(recorded.s)}`);
    else fill("wake-read", "\u00a0");
  }
}

// Neighbours of one value as one part.
function joined(parts, of) {
  const out = [];
  for (const part of parts) {
    const value = of(part), last = out[out.length - 1];
    if (last && last.value === value) last.s = part.at + part.s - last.at;
    else out.push({value, part, at: part.at, s: part.s});
  }
  return out;
}

function tellRecorded(recorded) {
  byId("recorded").hidden = !recorded;
  if (!recorded) return;
  fill("recorded-name", `Recorded beside predicted: ${recorded.file}`);
  table("recorded-kinds", ["wake", ["recorded", "n"], ["recorded, mC", "n"], ["predicted, mC", "n"], ["error", "n"]],
    recorded.kinds.map(one => [one.kind, [many(one.times), "n"], [fixed(one.recorded_mc, 2), "n"], [fixed(one.predicted_mc, 2), "n"],
      [one.error_pct === null ? "–" : `${signed(one.error_pct)} %`, "n"]]));
}
