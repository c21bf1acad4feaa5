// The page: one run at a time, by its scenario; anew when the theme, the width or a live run changes.
const THEMES = ["auto", "light", "dark"];
let runs = JSON.parse(byId("data").textContent), view = null, at = 0;

function show(number, keep = null) {
  const data = runs[at = number], waves = new Waves(data);
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
  view?.chart.plot.destroy();
  view?.one.plot?.destroy();
  view = {chart, one, events, energy: new Energy(data), waves};
  chart.seen = (from, to) => events.seen(from, to);
  choose(waves.shown.length ? waves.shown[Math.min(1, waves.shown.length - 1)].wake : 0, false);
  chart.show(...(keep || [0, waves.end]), false);
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

// On paper: light, open but for what is long, charts as wide as the sheet.
const opened = [];
function paper(is) {
  for (const box of is ? document.querySelectorAll("details:not([open]):not(.long)") : opened.splice(0)) {
    box.open = is;
    if (is) opened.push(box);
  }
  const before = document.documentElement.dataset.theme;
  if (is) paper.before = before, document.documentElement.dataset.theme = "light";
  else if (paper.before) document.documentElement.dataset.theme = paper.before;
  else document.documentElement.removeAttribute("data-theme");
  redraw();
}
addEventListener("beforeprint", () => paper(true));
addEventListener("afterprint", () => paper(false));

// A run that is still going on: its newest state, the window kept where it is not all of it.
async function follow() {
  const {end, ...rest} = {end: view.waves.end};
  const answer = await fetch("data.json", {cache: "no-store"}).catch(() => null);
  if (!answer?.ok) return;
  const news = await answer.json(), window = view.chart.window;
  if (JSON.stringify(news.map(one => one.days)) !== JSON.stringify(runs.map(one => one.days))) {
    runs = news;
    show(at, window[1] === end ? null : window);
  }
  if (!runs.every(one => one.complete)) setTimeout(follow, 1000);
}

theme("auto");
show(0);
if (document.body.dataset.live) setTimeout(follow, 1000);
