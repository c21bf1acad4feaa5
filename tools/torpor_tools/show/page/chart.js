// Axes and the chart of the whole run, from all of it down to a wake.
const STEPS = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, .001, .002, .005, .01, .02, .05, .1, .2, .5,
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY, 2 * DAY, 5 * DAY,
  10 * DAY, 30 * DAY, 60 * DAY, 100 * DAY, 365 * DAY, 1000 * DAY, 3650 * DAY];
const SPANS = [["all", Infinity], ["30 days", 30 * DAY], ["1 day", DAY], ["1 hour", 3600], ["1 wake", 0]];

const stepOf = (span, px, each) => STEPS.find(step => span / step <= Math.max(2, px / each)) || STEPS[STEPS.length - 1];
function ticks(from, to, step) {
  const first = Math.ceil(from / step - 1e-9), out = [];
  for (let i = first; i * step <= to * (1 + 1e-12); i++) out.push(i * step || 0);
  return out;
}
function decades(low, high) {
  const out = [];
  for (let ten = 10 ** Math.floor(Math.log10(low)); ten <= high * 1.0001; ten *= 10) if (ten >= low * .9999) out.push(ten);
  return out;
}
function timeLabel(s, step) {
  if (step >= DAY) return `day ${many(Math.round(s / DAY))}`;
  const text = clock(s, step < 1 ? Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)) : 0);
  const [day, time] = text.split(", ");
  return Math.abs(s % DAY) < 1e-6 ? day : step >= 60 ? time.slice(0, 5) : time;
}

const looks = () => ({stroke: colour("--soft"), font: "12px system-ui, sans-serif",
  grid: {stroke: colour("--line"), width: 1}, ticks: {show: false}});
function currentAxis(log) {
  return {...looks(), size: 62, gap: 6, values: (u, all) => all.map(ua => scaled(ua, AMPERES)),
          ...(log ? {splits: (u, i, low, high) => decades(low, high)} : {})};
}
const stepped = uPlot.paths.stepped({align: 1});
const line = (stroke, width) => ({stroke, width, paths: stepped, points: {show: false}});

class Chart {
  constructor(waves, chosen) {
    this.waves = waves;
    this.chosen = chosen; // told of a wake that is stepped to
    this.window = [0, waves.end];
    this.log = true;
    this.box = byId("chart");
    const spans = SPANS.filter(([, s]) => s === Infinity || s < .99 * waves.end); // those that are not all of it
    fill("spans", ...spans.map(([name, s]) =>
      el("button", {type: "button", on: {click: () => this.span(s)}}, name)));
    byId("zoom-in").onclick = () => this.zoom(.5);
    byId("zoom-out").onclick = () => this.zoom(2);
    byId("earlier").onclick = () => this.move(-.5);
    byId("later").onclick = () => this.move(.5);
    byId("scale").onclick = () => { this.log = !this.log; this.draw(); };
    this.box.onkeydown = event => this.key(event);
    this.box.onwheel = event => this.wheel(event);
    this.box.ondblclick = () => this.show(0, this.waves.end);
    this.draw();
  }

  end() {
    cancelAnimationFrame(this.frame);
    this.plot.destroy();
  }
  draw() {
    this.plot?.destroy();
    byId("scale").setAttribute("aria-pressed", !this.log);
    const accent = colour("--accent"), {log} = this; // of this plot, also where the next has another
    this.plot = new uPlot({
      width: this.box.clientWidth, height: this.box.clientHeight, padding: [8, 24, 0, 0],
      legend: {show: false}, cursor: {drag: {x: true, y: false, setScale: false}, points: {show: false}},
      scales: {x: {time: false, range: () => this.window},
               y: {distr: log ? 3 : 1, range: () => this.limits(log)}},
      axes: [{...looks(), size: 30, splits: (u, i, from, to) => ticks(from, to, stepOf(to - from, u.bbox.width / devicePixelRatio, 90)),
              values: (u, all) => all.map(s => timeLabel(s, all.length > 1 ? all[1] - all[0] : DAY))},
             currentAxis(log)],
      series: [{}, line("transparent", 0), line("transparent", 0), line(accent, 1.4)],
      bands: [{series: [2, 1], fill: colour("--wash")}],
      hooks: {setSelect: [u => this.selected(u)], setCursor: [u => this.read(u)]},
    }, this.waves.curve(...this.window), this.box);
    this.tell();
  }
  limits(log) {
    if (log) return [Math.max(this.waves.least, .01) * .7, this.waves.most * 1.3];
    const [, , high, mean] = this.data || this.waves.curve(...this.window);
    return [0, 1.1 * Math.max(...(this.waves.exact(...this.window) ? high : mean), 1e-3)];
  }

  // Show a window, at once or by a short way there.
  show(from, to, slowly = true) {
    const least = Math.min(1e-3, this.waves.end), width = Math.min(this.waves.end, Math.max(least, to - from));
    const start = Math.min(Math.max(0, from), this.waves.end - width), goal = [start, start + width], began = this.window;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || !slowly;
    cancelAnimationFrame(this.frame);
    let first;
    const step = now => {
      first ??= now;
      const part = still ? 1 : Math.min(1, (now - first) / 180), eased = 1 - (1 - part) ** 3;
      this.window = part === 1 ? goal : goal.map((end, i) => began[i] + (end - began[i]) * eased);
      this.redraw();
      if (part < 1) this.frame = requestAnimationFrame(step);
    };
    if (still) step(0); else this.frame = requestAnimationFrame(step);
  }
  redraw() {
    this.data = this.waves.curve(...this.window);
    this.plot.setData(this.data);
    this.tell();
    this.data = null;
  }
  span(s) {
    const wake = this.wake ?? 0;
    if (s === 0) this.around(wake);
    else if (s >= this.waves.end) this.show(0, this.waves.end);
    else {
      const at = this.wake === undefined ? (this.window[0] + this.window[1]) / 2 : this.waves.start[wake];
      this.show(at - s / 2, at + s / 2);
    }
  }
  around(wake) {
    const s = this.waves.shapes[this.waves.of[wake]].s, from = this.waves.start[wake];
    this.show(from - .15 * s, from + 1.15 * s);
  }
  zoom(by, at = (this.window[0] + this.window[1]) / 2) {
    const [from, to] = this.window;
    this.show(at - (at - from) * by, at + (to - at) * by, by === .5 || by === 2);
  }
  move(by) {
    const [from, to] = this.window, way = (to - from) * by;
    this.show(from + way, to + way);
  }
  wheel(event) {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const box = this.plot.over.getBoundingClientRect(), [from, to] = this.window;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const way = (to - from) * (event.deltaX || event.deltaY) / box.width;
      this.show(from + way, to + way, false);
    } else this.zoom(1.0018 ** event.deltaY, from + (to - from) * (event.clientX - box.left) / box.width);
  }
  key(event) {
    const does = {"+": () => this.zoom(.5), "=": () => this.zoom(.5), "-": () => this.zoom(2), "0": () => this.span(Infinity),
      Home: () => this.span(Infinity), ArrowLeft: () => this.move(-.25), ArrowRight: () => this.move(.25),
      "[": () => this.chosen(this.wake - 1, true), "]": () => this.chosen(this.wake + 1, true)}[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  }
  selected(u) {
    if (u.select.width < 4) return;
    const from = u.posToVal(u.select.left, "x"), to = u.posToVal(u.select.left + u.select.width, "x");
    u.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
    this.show(from, to);
  }

  legend() {
    fill("chart-read", el("i", {class: "key"}), this.waves.exact(...this.window) ? "each step of each wake" : "mean",
      ...(this.waves.exact(...this.window) ? [] : [el("i", {class: "key band"}), "from least to most"]));
  }

  // What is under the pointer, and what the window holds.
  read(u) {
    if (u.cursor.left === null || u.cursor.left < 0) { this.legend(); return; }
    const s = u.posToVal(u.cursor.left, "x"), wide = this.window[1] - this.window[0];
    const when = clock(s, wide < 10 ? 3 : 0), i = this.waves.at(s);
    if (this.waves.exact(...this.window) && i >= 0) {
      const {parts} = this.waves.shapes[this.waves.of[i]], since = s - this.waves.start[i];
      const part = parts.find(one => since >= one.at && since < one.at + one.s);
      fill("chart-read", part ? `${when}: ${current(part.ua)}, ${part.state.replaceAll("_", " ")}, ${part.task}, ${part.decision}` :
        `${when}: ${current(this.waves.asleep[i])}, asleep`);
    } else {
      const [at, low, high, mean] = this.waves.bins(...this.window);
      const k = Math.max(0, Math.min(at.length - 2, at.findIndex(one => one > s) - 1));
      fill("chart-read", `${clock(at[k])}, ${length(at[k + 1] - at[k])}: mean ${current(mean[k])}, ${current(low[k])} to ${current(high[k])}`);
    }
  }
  tell() {
    const [from, to] = this.window, uc = this.waves.charge(to) - this.waves.charge(from);
    const [, , high] = this.data || this.waves.curve(from, to);
    const wakes = this.waves.at(to) - this.waves.at(from);
    const all = from === 0 && to === this.waves.end;
    stats("chart-stats", [["window", length(to - from)], ["mean", current(uc / (to - from))],
      ["peak", current(high.reduce((a, b) => Math.max(a, b), 0))], ["charge", charge(uc / 1000)],
      ["wakes", many(all ? this.waves.count : wakes)]]);
    this.seen?.(from, to);
    if (!(this.plot.cursor.left >= 0)) this.legend();
    byId("chart").setAttribute("aria-label",
      `Current over time, ${clock(from)} to ${clock(to)}: mean ${current(uc / (to - from))}`);
  }
}
