// A run's current: every wake of it by its shape, and a pyramid where there are too many to draw.
const MOST_DRAWN = 400; // wakes in a window that are drawn step by step
const MOST_BINS = 2500;

const bytes = text => Uint8Array.from(atob(text), one => one.charCodeAt(0)).buffer;

class Waves {
  constructor({waves, energy}) {
    this.end = waves.end_s;
    this.names = energy.names;
    this.levels = waves.levels.map(level => ({
      bin: level.bin_s, low: new Float32Array(bytes(level.low)),
      mean: new Float32Array(bytes(level.mean)), high: new Float32Array(bytes(level.high)),
    }));
    this.shapes = waves.shapes.map(one => this.shape(one));
    const {count, first, start_s, shape, asleep_ua} = waves.wakes;
    this.count = count;
    this.first = first;
    this.start = new Float64Array(bytes(start_s));
    this.of = new (this.shapes.length > 65536 ? Uint32Array : Uint16Array)(bytes(shape));
    this.asleep = new Float32Array(bytes(asleep_ua));
    this.shown = waves.shown;
    this.least = this.levels[0].low.reduce((a, b) => Math.min(a, b), Infinity);
    this.most = this.levels[0].high.reduce((a, b) => Math.max(a, b), 0);
    this.drawn = new Float64Array(this.start.length + 1); // µC from the first wake to each
    for (let i = 0; i < this.start.length; i++)
      this.drawn[i + 1] = this.drawn[i] + this.shapes[this.of[i]].uc + this.rest(i) * this.asleep[i];
    const {bin, mean} = this.levels[0];
    this.summed = new Float64Array(mean.length + 1);
    for (let i = 0; i < mean.length; i++)
      this.summed[i + 1] = this.summed[i] + mean[i] * Math.min(bin, this.end - i * bin);
  }

  // Parts by name, with seconds and µA, when each begins, and what it took together.
  shape({cause, kind, parts}) {
    const {states, decisions, slots, marks} = this.names, all = [];
    let at = 0, uc = 0, peak = 0;
    for (let i = 0; i < parts.length; i += 3) {
      const slot = Math.floor(parts[i] / states.length), s = parts[i + 1] / 1e6, ua = parts[i + 2] / 1e3;
      const state = parts[i] % states.length;
      all.push({state: states[state], mark: marks[state], task: slots[Math.floor(slot / decisions.length)],
                decision: decisions[slot % decisions.length], at, s, ua});
      at += s;
      uc += s * ua;
      peak = Math.max(peak, ua);
    }
    return {cause, kind, parts: all, s: at, uc, peak};
  }

  // The last wake that began by then; -1 before the first that is kept.
  at(s) {
    let low = 0, high = this.start.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start[middle] <= s) low = middle + 1; else high = middle;
    }
    return low - 1;
  }
  until(i) { return i + 1 < this.start.length ? this.start[i + 1] : this.end; }
  rest(i) { return Math.max(0, this.until(i) - this.start[i] - this.shapes[this.of[i]].s); }

  // Charge from the run's start to an instant, µC; step by step where the wakes are kept.
  charge(s) {
    const i = this.at(s);
    if (i < 0 || this.first) {
      const {bin, mean} = this.levels[0], at = Math.min(mean.length - 1, Math.floor(s / bin));
      return this.summed[at] + mean[at] * (s - at * bin);
    }
    const shape = this.shapes[this.of[i]], since = s - this.start[i];
    let sum = this.drawn[i] + Math.max(0, since - shape.s) * this.asleep[i];
    for (const part of shape.parts)
      if (part.at < since) sum += Math.min(part.s, since - part.at) * part.ua;
    return sum;
  }

  // Whether a window is drawn step by step.
  exact(from, to) {
    const first = this.at(from), last = this.at(to);
    return first >= 0 && last - first <= MOST_DRAWN;
  }

  // [s, low, high, mean] of a window; each value holds until the next.
  curve(from, to) {
    return this.exact(from, to) ? this.steps(from, to) : this.bins(from, to);
  }
  steps(from, to) {
    const s = [], ua = [];
    for (let i = this.at(from); i < this.start.length && this.start[i] <= to; i++) {
      const begin = this.start[i], {parts, s: awake} = this.shapes[this.of[i]];
      for (const part of parts) s.push(begin + part.at), ua.push(part.ua);
      if (this.rest(i) > 0) s.push(begin + awake), ua.push(this.asleep[i]);
    }
    s.push(Math.max(to, s[s.length - 1] || 0));
    ua.push(ua[ua.length - 1]);
    return [s, ua, ua, ua];
  }
  bins(from, to) {
    const level = this.levels.find(({bin}) => (to - from) / bin <= MOST_BINS) || this.levels[this.levels.length - 1];
    const first = Math.max(0, Math.floor(from / level.bin)), last = Math.min(level.mean.length, Math.ceil(to / level.bin));
    const s = [], low = [], high = [], mean = [];
    for (let i = first; i < last; i++)
      s.push(i * level.bin), low.push(level.low[i]), high.push(level.high[i]), mean.push(level.mean[i]);
    s.push(Math.min(last * level.bin, this.end));
    for (const one of [low, high, mean]) one.push(one[one.length - 1]);
    return [s, low, high, mean];
  }
}
