// The verdict, the life and its interval, the budgets, what changed, and where all of it is from.
const word = verdict => ({class: verdict === "holds" ? "holds" : verdict === "fails" ? "fails" : "open"});

function tellVerdict(data) {
  const {together, life, summary} = data, head = byId("h-verdict");
  head.className = `verdict ${together.verdict ? word(together.verdict).class : ""}`;
  const part = data.complete ? "" : `, after ${short(data.days)} of ${short(data.of_days)} days`;
  fill("h-verdict", together.text[0].toUpperCase() + together.text.slice(1) + part);
  fill("life", ...(life ? tellLife(life, data.share) : tellMean(summary)));
  const shown = {average_current_ua: "mean current", charge_mc_per_day: "charge", wakes_per_day: "wakes", joins_per_day: "joins",
    messages_per_day: "messages", delivered_percent: "delivered", peak_current_ma: "peak current", caught_percent: "caught"};
  facts("key-figures", summary.filter(one => shown[one.name] && one.value !== null).map(one =>
    [shown[one.name], `${fixed(one.value)} ${one.unit}`]));
  tellBudgets(data);
}

function tellMean(summary) {
  const mean = summary.find(one => one.name === "average_current_ua");
  return [el("div", {class: "big"}, current(mean.value), el("small", {}, " on average"))];
}

function tellLife(life, share) {
  const {days: value, low, high, limit} = life;
  const more = [el("div", {class: "soft"}, `battery life on ${life.cell}, ${life.how}: ${life.why}`)];
  if (low !== null) more.push(el("div", {}, `${days(low)} to ${days(high)} days on ${Math.round(100 * share)} of 100 boards`));
  if (life.asleep_days) more.push(el("div", {class: "soft small"}, `${days(life.asleep_days)} days if it did nothing but sleep`));
  return [el("div", {class: "big"}, days(value), el("small", {}, " days")), ...more, span(life)];
}

// The life as a point, its interval as a bar, its limit as a mark.
function span({days: value, low, high, limit}) {
  const most = 1.08 * Math.max(value, high || 0, limit || 0) || 1, x = one => `${100 * one / most}%`;
  const space = "http://www.w3.org/2000/svg";
  const draw = (tag, facts, text) => {
    const made = document.createElementNS(space, tag);
    for (const [name, of] of Object.entries(facts)) made.setAttribute(name, of);
    if (text) made.textContent = text;
    return made;
  };
  const svg = draw("svg", {role: "img", "aria-label": `Battery life ${days(value)} days` +
    (low !== null ? `, between ${days(low)} and ${days(high)}` : "") + (limit !== null ? `, limit ${days(limit)}` : "")});
  svg.append(draw("rect", {x: 0, y: 20, width: "100%", height: 8, rx: 4, fill: "var(--faint)"}));
  if (low !== null) svg.append(draw("rect", {x: x(low), y: 20, width: `${100 * (high - low) / most}%`, height: 8, rx: 4, fill: "var(--wash)"}));
  svg.append(draw("circle", {cx: x(value), cy: 24, r: 7, fill: "var(--accent)"}));
  if (limit !== null) {
    svg.append(draw("line", {x1: x(limit), x2: x(limit), y1: 12, y2: 36, stroke: "var(--ink)", "stroke-width": 2}));
    svg.append(draw("text", {x: x(limit), y: 52, "text-anchor": limit < .15 * most ? "start" : limit > .85 * most ? "end" : "middle"}, `limit ${days(limit)}`));
  }
  return svg;
}

function tellBudgets({budgets, seeds}) {
  byId("budgets").hidden = !budgets.length;
  const compared = budgets.some(row => row.before !== undefined && row.before !== null);
  const over = budgets.some(row => row.half), between = budgets.some(row => row.low !== null);
  const heads = ["budget", ["value", "n"], over && ["±", "n"], between && ["between", "n"], ["limit", "n"],
    compared && ["before", "n"], compared && ["change", "n"], "verdict"];
  const number = value => value === null || value === undefined ? "–" : fixed(value);
  byId("budgets").style.maxWidth = compared || between ? "" : "760px";
  const rows = budgets.map(row => [el("span", {title: row.title}, row.name), [`${number(row.value)} ${row.unit}`, "n"],
    over && [row.half ? fixed(row.half) : "", "n"], between && [row.low === null ? "" : `${fixed(row.low)} … ${fixed(row.high)}`, "n"],
    [row.limit === null ? "" : `${row.bound === "at_most" ? "≤" : "≥"} ${many(row.limit)}`, "n"],
    compared && [number(row.before), "n"], compared && [changed(row), "n"],
    [el("span", word(row.verdict), row.verdict, row.faults?.length ? `: ${row.faults.join("; ")}` : ""),
      row.faults?.length ? "wide" : null]]);
  table("budgets", heads.filter(Boolean), rows.map(row => row.filter(one => one !== false)));
  if (seeds > 1) byId("budgets").prepend(el("caption", {class: "soft small"}, `mean of ${seeds} seeds, ± its 95 % interval`));
}
function changed({change, before, moved}) {
  if (change === null || change === undefined || !before) return "";
  const text = change === 0 ? "none" : `${signed(100 * change / Math.abs(before))} %`;
  return moved || change === 0 ? text : `(${text})`;
}

function tellChange({change}) {
  byId("change").hidden = !change;
  if (!change) return;
  fill("h-change", `What changed since ${change.with}`);
  fill("headline", change.headline);
  const most = Math.max(...change.causes.map(one => Math.abs(one.ua)), Math.abs(change.rest_ua), 1e-9);
  const bar = ua => el("div", {class: "diverging"}, el("i", {style:
    `left:${ua < 0 ? 50 + 50 * ua / most : 50}%;width:${50 * Math.abs(ua) / most}%`}));
  const number = ua => [signed(ua), "n"];
  const rows = change.causes.map(one => [one.name, bar(one.ua), number(one.ua), number(one.often_ua), number(one.long_ua),
    number(one.current_ua), [one.per_day.map(times => fixed(times)).join(" → "), "n"]]);
  if (Math.abs(change.rest_ua) >= .05) rows.push(["all else", bar(change.rest_ua), number(change.rest_ua), "", "", "", ""]);
  rows.push([el("strong", {}, "together"), "", [el("strong", {}, signed(change.after_ua - change.before_ua)), "n"], "", "", "", ""]);
  table("causes", ["cause", unseen("as a bar"), ["µA", "n"], ["often", "n"], ["long", "n"], ["current", "n"], ["times a day", "n"]], rows);
  table("changed-keys", ["key", "before", "now"], change.keys);
}

function tellMade(data) {
  const {made, widened, board, scenario} = data;
  facts("origin", [["scenario", `${scenario}, ${short(data.of_days)} days, seed ${made.seed}`], ["board", `${board.name}: ${board.title}`],
    ["Torpor", made.torpor], ["SHA-256 of all that the scenario says", made.identity]]);
  byId("widened-box").hidden = !widened;
  if (widened) {
    fill("widened-sum", "What leaves the most open, and how to measure it");
    table("widened", ["number", ["of the interval", "n"], ["±", "n"], "tag", "source", "how to measure it"],
      widened.map(one => [one.name, [percent(one.share), "n"], [one.error, "n"], one.tag, [one.source, "wide"], [one.measure, "wide"]]));
  }
  table("figures", ["figure", ["value", "n"], ["between", "n"], "what it is"], data.summary.map(one =>
    [one.name, [one.value === null ? "–" : `${Number.isInteger(one.value) ? many(one.value) : fixed(one.value, 3)} ${one.unit}`, "n"],
     [one.bounds ? one.bounds.map(end => fixed(end)).join(" … ") : "", "n"], one.title]));
  table("keys", ["key", "value"], made.keys.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]));
  table("inputs", ["file", "SHA-256"], made.inputs);
}
