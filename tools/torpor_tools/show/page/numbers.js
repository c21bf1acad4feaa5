// How numbers and elements are written.
const DAY = 86400;
const byId = id => document.getElementById(id);
const many = count => count.toLocaleString("en");

function el(tag, facts = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(facts))
    if (name === "on") for (const [event, call] of Object.entries(value)) made.addEventListener(event, call);
    else if (name.startsWith("aria-")) made.setAttribute(name, value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  made.append(...inside.filter(one => one !== null));
  return made;
}
const fill = (id, ...inside) => byId(id).replaceChildren(...inside);

function fixed(value, digits = 1) {
  return value.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
}
function short(value) {
  return Number(value.toPrecision(3)).toLocaleString("en", {maximumFractionDigits: 9});
}
const three = value => Math.abs(value) >= 999.5 ? many(Math.round(value)) : value.toPrecision(3);
function scaled(value, units, say = short) {
  const [unit, size] = units.find(([, size]) => Math.abs(value) >= size * (1 - 1e-9)) || units[units.length - 1];
  return value === 0 ? "0" : `${say(value / size)} ${unit}`;
}
const AMPERES = [["A", 1e6], ["mA", 1e3], ["µA", 1], ["nA", 1e-3]];
const current = ua => scaled(ua, AMPERES, three);
const charge = mc => scaled(mc, [["kC", 1e6], ["C", 1e3], ["mC", 1], ["µC", 1e-3], ["nC", 1e-6]], three);
const length = s => scaled(s, [["d", DAY], ["h", 3600], ["min", 60], ["s", 1], ["ms", 1e-3], ["µs", 1e-6]]);
const percent = part => part === 0 ? "0 %" : part < .001 ? "< 0.1 %" : `${fixed(100 * part)} %`;
const signed = value => (value > -.05 ? "+" : "−") + fixed(Math.abs(value));
const days = count => count >= 100 ? many(Math.round(count)) : short(count);

// An instant of the run: the day, counted from 0, and the time of that day.
function clock(s, digits = 0) {
  const day = Math.floor(s / DAY + 1e-9), of = Math.max(0, s - day * DAY);
  const whole = Math.floor(of + 1e-9), part = Math.max(0, of - whole).toFixed(digits).slice(1);
  const two = number => String(number).padStart(2, "0");
  return `day ${many(day)}, ${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${part}`;
}

// A heading for who does not see what is drawn below it.
const unseen = text => el("span", {class: "unseen"}, text);

// A table of rows of cells; a cell is text, an element, or [text, class].
function table(id, heads, rows) {
  const cell = (tag, one, facts = {}) => {
    const [inside, kind] = Array.isArray(one) ? one : [one, null];
    return el(tag, {class: kind, ...facts}, inside);
  };
  fill(id,
    el("thead", {}, el("tr", {}, ...heads.map(one => cell("th", one, {scope: "col"})))),
    el("tbody", {}, ...rows.map(row => el("tr", {}, ...row.map((one, i) =>
      i ? cell("td", one) : cell("th", one, {scope: "row"}))))));
}
const facts = (id, pairs) => fill(id, ...pairs.flatMap(([name, value]) =>
  [el("dt", {}, name), el("dd", {}, value)]));
const stats = (id, pairs) => fill(id, ...pairs.map(([name, value]) =>
  el("div", {}, el("dt", {}, name), el("dd", {}, value))));
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
