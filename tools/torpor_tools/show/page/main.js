// The page: one run at a time, by its scenario; anew when the theme, the width or a live run changes.
const THEMES = ["auto", "light", "dark"];
let runs = JSON.parse(byId("data").textContent), view = null, at = 0;

// `kept` is how another state of the same run is looked at: its window, its axes, what is chosen.
function show(number, kept = {}) {
  const data = runs[at = number], waves = new Waves(data);
  view?.chart.end();
  view?.one.plot.destroy();
  document.title = `${data.title}: ${data.together.text}`;
  fill("title", data.title);
  fill("subtitle", `${data.scenario} on ${data.board.name}, ${short(data.days)} days simulated, Torpor ${data.made.torpor}`);
  tellAll();
  tellVerdict(data);
  tellChange(data);
  tellMade(data);
  const choose = (wake, move) => {
    if (!waves.start.length) return;
    wake = Math.min(Math.max(0, wake), waves.start.length - 1);
    chart.wake = wake;
    one.show(wake);
    events.mark(wake);
    if (move) chart.around(wake);
  };
  const chart = new Chart(waves, choose), one = new Wake(waves, data, choose), events = new Events(waves, data, choose);
  view = {chart, one, events, energy: new Energy(data), waves};
  chart.seen = (from, to) => events.seen(from, to);
  const usual = waves.shown.find(({name}) => /join|message/.test(name)) || waves.shown[0];
  choose(kept.wake ?? usual.wake, false);
  Object.assign(chart, kept.chart);
  Object.assign(one, kept.one);
  Object.assign(events, kept.events);
  Object.assign(view.energy, kept.energy);
  if (kept.chart) redraw();
  byId("kinds").value = events.kind;
  view.energy.show();
  chart.show(...(kept.window || [0, waves.end]), false);
}
function looked() {
  const {chart, one, events, energy, waves} = view, [from, to] = chart.window;
  return {
    window: from === 0 && to === waves.end ? null : chart.window, wake: waves.first ? undefined : chart.wake,
    chart: {log: chart.log}, one: {log: one.log}, events: {kind: events.kind}, energy: {chosen: energy.chosen},
  };
}

function tellAll() {
  byId("all").hidden = byId("which").hidden = runs.length < 2;
  if (runs.length < 2) return;
  table("all-table", ["scenario", "verdict", ["battery life", "n"], ["mean current", "n"]], runs.map((one, i) => [
    el("button", {type: "button", "aria-current": i === at, on: {click: () => show(i)}}, one.scenario),
    el("span", word(one.together.verdict), one.together.text), [one.life ? `${days(one.life.days)} days` : "–", "n"],
    [current(one.summary.find(figure => figure.name === "average_current_ua").value), "n"]]));
  fill("scenario", ...runs.map((one, i) => el("option", {value: i, selected: i === at}, one.scenario)));
  byId("scenario").onchange = event => show(Number(event.target.value));
}

function redraw() {
  view.chart.draw();
  view.one.draw();
}
function theme(name) {
  if (name === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = name;
  byId("theme").textContent = `theme: ${name}`;
  byId("theme").onclick = () => { theme(THEMES[(THEMES.indexOf(name) + 1) % THEMES.length]); redraw(); };
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
let width = innerWidth;
addEventListener("resize", () => { if (innerWidth !== width) width = innerWidth, redraw(); });

// On paper: light, open but for what is long, and as wide as a sheet of A4 less its margins.
const opened = [], SHEET = "680px";
function paper(is) {
  for (const box of is ? document.querySelectorAll("details:not([open]):not(.long)") : opened.splice(0)) {
    box.open = is;
    if (is) opened.push(box);
  }
  const before = document.documentElement.dataset.theme;
  if (is) paper.before = before, document.documentElement.dataset.theme = "light";
  else if (paper.before) document.documentElement.dataset.theme = paper.before;
  else document.documentElement.removeAttribute("data-theme");
  document.body.style.width = is ? SHEET : "";
  redraw();
}
addEventListener("beforeprint", () => paper(true));
addEventListener("afterprint", () => paper(false));

// A run that is still going on: its newest state, the window kept where it is not all of it.
async function follow() {
  const answer = await fetch("data.json", {cache: "no-store"}).catch(() => null);
  if (!answer?.ok) return;
  const news = await answer.json();
  if (JSON.stringify(news.map(one => one.days)) !== JSON.stringify(runs.map(one => one.days))) {
    runs = news;
    show(at, looked());
  }
  if (!runs.every(one => one.complete)) setTimeout(follow, 1000);
}

theme("auto");
show(0);
if (document.body.dataset.live) setTimeout(follow, 1000);
