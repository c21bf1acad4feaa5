// The ledger three times, by state, task and decision; a line that is chosen shows its part in each.
const VIEWS = [["state", 2], ["task", 0], ["decision", 1]];
const TRANSMIT = "transmit"; // all levels as one line
const lineOf = (cell, column) => column === 2 && cell[2].startsWith("tx_") ? TRANSMIT : cell[column];

class Energy {
  constructor(data) {
    this.data = data;
    this.cells = data.energy.cells;
    this.all = this.sum(this.cells);
    this.chosen = null;
    const days = data.days || 1;
    fill("views", ...VIEWS.map(([name, column]) => this.view(name, column)));
    const sums = VIEWS.map(([, column]) => [...this.lines(column).values()].reduce((a, b) => a + b.mc, 0));
    fill("energy-sum", `${charge(this.all.mc)} in ${length(data.days * DAY)}, ${fixed(this.all.mc / days)} mC a day. Each view adds up to it: `,
      el("span", {id: "sums"}, sums.map(sum => fixed(sum)).join(" = ")), " mC.");
    this.sources();
    this.show();
  }
  sum(cells) {
    const out = {us: 0, times: 0, mc: 0};
    for (const [, , , us, times, mc] of cells) out.us += us, out.times += times, out.mc += mc;
    return out;
  }
  lines(column) {
    const out = new Map();
    for (const cell of this.cells) {
      const name = lineOf(cell, column);
      out.set(name, [...(out.get(name) || []), cell]);
    }
    const summed = [...out].map(([name, cells]) => [name, {...this.sum(cells), cells}]);
    return new Map(summed.sort((a, b) => b[1].mc - a[1].mc));
  }
  view(name, column) {
    const rows = [...this.lines(column)].map(([line, sum]) => {
      const key = `${column}:${line}`, meter = el("td", {class: "meter"});
      const tell = () => this.tell(column, line, sum);
      const button = el("button", {type: "button", "data-key": key, "aria-pressed": false, on: {
        click: () => { this.chosen = this.chosen === key ? null : key; this.show(); tell(); },
        focus: tell}}, plain(line));
      return el("tr", {on: {mouseenter: tell}}, el("th", {scope: "row"}, button), meter,
        el("td", {class: "n"}, fixed(sum.mc / (this.data.days || 1))), el("td", {class: "n"}, percent(sum.mc / (this.all.mc || 1))));
    });
    return el("table", {"data-column": column}, el("caption", {}, `by ${name}`),
      el("thead", {}, el("tr", {}, el("th", {scope: "col"}, name), el("th", {scope: "col", class: "meter"}, unseen("as a bar")),
        el("th", {scope: "col", class: "n"}, "mC a day"), el("th", {scope: "col", class: "n"}, "share"))),
      el("tbody", {}, ...rows));
  }
  show() {
    const [column, name] = this.chosen ? [Number(this.chosen[0]), this.chosen.slice(2)] : [null, null];
    for (const view of byId("views").children) {
      const lines = this.lines(Number(view.dataset.column)), most = Math.max(...[...lines.values()].map(one => one.mc)) || 1;
      for (const row of view.tBodies[0].rows) {
        const button = row.querySelector("button"), line = button.dataset.key.slice(2), {cells, mc} = lines.get(line);
        const part = this.chosen ? this.sum(cells.filter(cell => lineOf(cell, column) === name)).mc : mc;
        button.setAttribute("aria-pressed", button.dataset.key === this.chosen);
        row.querySelector(".meter").replaceChildren(el("div", {},
          el("i", {style: `width:${100 * mc / most}%`}), el("i", {style: `width:${100 * part / most}%`})));
      }
    }
    if (!this.chosen) fill("energy-read", "Point at a line for its numbers and their source; choose one to see its part in the other two views.");
  }
  tell(column, name, {us, times, mc}) {
    const {states, tasks, decisions} = this.data.energy;
    const what = column === 2 ? states[name]?.what || "bursts, at all levels" : column === 0 ? tasks[name] : decisions[name];
    const known = column === 2 && (states[name] || states.tx_20);
    fill("energy-read", el("strong", {}, plain(name)), `: ${what || ""}. ${charge(mc)} (${percent(mc / (this.all.mc || 1))}) in ${length(us / 1e6)}, ` +
      `${many(times)} times, ${current(1e9 * mc / (us || 1))} meanwhile.` + (known ? ` ${known.tag}: ${known.source}` : ""));
  }
  sources() {
    const used = new Set(this.cells.map(cell => cell[2]));
    const rows = Object.entries(this.data.energy.states).filter(([name]) => used.has(name));
    const as = i => i && rows[i - 1][1].source === rows[i][1].source;
    table("sources", ["state", ["current", "n"], "tag", "source"], rows.map(([name, {ua, tag, source, what}], i) =>
      [el("span", {title: what}, plain(name)), [current(ua), "n"], tag, [as(i) ? "as above" : source, "wide"]]));
  }
}
