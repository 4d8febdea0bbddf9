// Lets a network of this page learn: the slopes are in the table of operators, the weights are the page's own.
"use strict";

/** `(outputs, targets, gradient, plan) -> loss`, means over rows or numbers; of classes from the numbers before the last function. */
const LOSSES = {
  softmax(z, t, g) {
    const n = z.s[z.s.length - 1], rows = z.d.length / n;
    let loss = 0;
    for (let at = 0; at < z.d.length; at += n) {
      let top = -Infinity, sum = 0;
      for (let k = at; k < at + n; k++) top = Math.max(top, z.d[k]);
      for (let k = at; k < at + n; k++) sum += g[k] = Math.exp(z.d[k] - top);
      for (let k = at; k < at + n; k++) {
        loss += t[k] * (Math.log(sum) - z.d[k] + top);
        g[k] = (g[k] / sum - t[k]) / rows;
      }
    }
    return loss / rows;
  },
  sigmoid(z, t, g) {
    let loss = 0;
    for (let k = 0; k < g.length; k++) {
      const soft = Math.max(z.d[k], 0) + Math.log1p(Math.exp(-Math.abs(z.d[k])));
      loss += soft - t[k] * z.d[k];
      g[k] = (Math.exp(z.d[k] - soft) - t[k]) / g.length;
    }
    return loss / g.length;
  },
  squared(y, t, g, { scale }) {
    let loss = 0;
    for (let k = 0; k < g.length; k++) {
      const miss = y.d[k] - t[k];
      loss += (scale * miss * miss) / g.length;
      g[k] = (2 * scale * miss) / g.length;
    }
    return loss;
  },
};

/** `(weights, gradient, slots, step, settings)` moves the weights; slots begin as zeros. */
const OPTIMIZERS = {
  sgd(w, g, [v], step, { rate, momentum, nesterov }) {
    for (let i = 0; i < w.length; i++) {
      v[i] = momentum * v[i] + g[i];
      w[i] -= rate * (nesterov ? g[i] + momentum * v[i] : v[i]);
    }
  },
  adam(w, g, [m, s], step, { rate, beta_1, beta_2, epsilon, weight_decay = 0 }) {
    const root = Math.sqrt(1 - beta_2 ** step), by = (rate * root) / (1 - beta_1 ** step), least = epsilon * root;
    for (let i = 0; i < w.length; i++) {
      m[i] = beta_1 * m[i] + (1 - beta_1) * g[i];
      s[i] = beta_2 * s[i] + (1 - beta_2) * g[i] * g[i];
      w[i] = (1 - rate * weight_decay) * w[i] - (by * m[i]) / (Math.sqrt(s[i]) + least);
    }
  },
};

/** Numbers from 0 to 1 that follow from a seed, the same in every browser (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Rows of inputs and targets, both flat. */
class Samples {
  constructor(x, t, rows) {
    Object.assign(this, { x, t, rows });
  }

  static of([x, t]) {
    return new Samples(unpacked(x).d, unpacked(t).d, x[1][0]);
  }

  /** Those of the numbers `order(k)`, written into `into` where that has as many rows. */
  pick(order, count, into = null) {
    const width = this.x.length / this.rows, outputs = this.t.length / this.rows;
    const made = into && into.rows === count ? into : new Samples(new Float32Array(count * width), new Float32Array(count * outputs), count);
    for (let i = 0; i < count; i++) {
      const from = order(i);
      for (let k = 0; k < width; k++) made.x[i * width + k] = this.x[from * width + k];
      for (let k = 0; k < outputs; k++) made.t[i * outputs + k] = this.t[from * outputs + k];
    }
    return made;
  }

  with(x, t) {
    const joined = (a, b) => Float32Array.from({ length: a.length + b.length }, (_, i) => (i < a.length ? a[i] : b[i - a.length]));
    return new Samples(joined(this.x, x), joined(this.t, t), this.rows + (t.length * this.rows) / this.t.length);
  }
}

/** Trains the constants of `network` that `plan`, of the exporter, calls parameters: pictures show the weights as they are. */
class Training {
  constructor(network, plan) {
    Object.assign(this, { network, plan, settings: { ...plan.optimizer }, batch: plan.batch });
    this.parameters = plan.parameters.map((name) => network.constants[name]);
    this.arenas = new Map();
    this.whole = network.nodes([plan.value], [plan.first]);
    this.body = this.dropping();
    // Only what leads back to a parameter needs a gradient.
    const learning = new Set(plan.parameters);
    this.back = this.body.filter(([, inputs, output]) => inputs.some((name) => learning.has(name)) && learning.add(output))
      .map(([operator, inputs, output, at]) => ({ back: OPERATORS[operator].back, inputs, output, at, wanted: inputs.map((name) => learning.has(name)) }))
      .reverse();
    this.clear();
  }

  /** The nodes, with a product of each dropped value and its mask. */
  dropping() {
    const renamed = new Map(), found = [];
    const drop = (output) => this.plan.dropout.forEach(([name], k) => {
      if (name !== output) return;
      found.push(["Mul", [renamed.get(name) ?? name, `mask ${k}`], `dropped ${k}`, {}]);
      renamed.set(name, `dropped ${k}`);
    });
    drop(this.plan.first);
    for (const [operator, inputs, output, at] of this.whole) {
      found.push([operator, inputs.map((name) => renamed.get(name) ?? name), output, at]);
      drop(output);
    }
    return found;
  }

  /** Begin again with the weights of the seed. */
  reset() {
    this.plan.start.forEach((packed, k) => this.parameters[k].d.set(unpacked(packed).d));
    this.clear();
  }

  clear() {
    this.slots = this.parameters.map(({ d }) => [new Float32Array(d.length), new Float32Array(d.length)]);
    this.random = randomOf(this.plan.seed);
    Object.assign(this, { steps: 0, epoch: 0, order: [], at: 0 });
  }

  /** `call(values)` of samples with arrays that the next call of that name and number of rows takes again. */
  with(name, { x, rows }, call) {
    const key = `${name} ${rows}`, { first, shape } = this.plan;
    if (!this.arenas.has(key)) this.arenas.set(key, { arrays: [], at: 0 });
    return reusing(this.arenas.get(key), () => call(Object.assign(Object.create(this.network.constants), { [first]: tensor([rows, ...shape], x) })));
  }

  /** One step on samples; returns the loss. Masks are drawn if not given. */
  step(samples, masks = null) {
    return this.with("step", samples, (values) => this.descend(values, samples, masks));
  }

  descend(values, { t, rows }, masks) {
    const { plan, network } = this, gradients = {};
    plan.dropout.forEach(([, rate, shape], k) => {
      const mask = tensor([rows, ...shape], masks ? masks[k] : made(values[plan.first].d, [rows, ...shape]));
      if (!masks) for (let i = 0; i < mask.d.length; i++) mask.d[i] = this.random() < rate ? 0 : 1 / (1 - rate);
      values[`mask ${k}`] = mask;
    });
    network.through(this.body, values);
    const y = values[plan.value], g = tensor(y.s, made(y.d, y.s)), loss = LOSSES[plan.loss](y, t, g.d, plan);
    if (!Number.isFinite(loss)) return loss;
    gradients[plan.value] = g;
    for (const { back, inputs, output, at, wanted } of this.back) {
      const found = back(inputs.map((name) => values[name]), values[output], gradients[output], wanted, at);
      inputs.forEach((name, k) => {
        if (wanted[k]) gradients[name] = gradients[name] ? OPERATORS.Add([gradients[name], found[k]]) : found[k];
      });
    }
    this.steps++;
    plan.parameters.forEach((name, k) => {
      const w = this.parameters[k].d, slope = gradients[name].d, { l1 = 0, l2 = 0 } = plan.penalty;
      if ((l1 || l2) && name.endsWith("/kernel")) for (let i = 0; i < w.length; i++) slope[i] += l1 * Math.sign(w[i]) + 2 * l2 * w[i];
      OPTIMIZERS[plan.optimizer.kind](w, slope, this.slots[k], this.steps, this.settings);
    });
    return loss;
  }

  /** One step on the next rows, in an order drawn anew for every epoch; false where the loss is no number any more. */
  next(samples) {
    const { rows } = samples;
    if (this.order.length !== rows) [this.order, this.at] = [Int32Array.from({ length: rows }, (_, k) => k), 0];
    if (!this.at)
      for (let k = rows - 1; k > 0; k--) {
        const other = Math.floor(this.random() * (k + 1));
        [this.order[k], this.order[other]] = [this.order[other], this.order[k]];
      }
    const from = this.at, count = Math.min(this.batch, rows - from);
    this.rows = samples.pick((i) => this.order[from + i], count, this.rows);
    this.at += count;
    if (this.at >= rows) [this.at, this.epoch] = [0, this.epoch + 1];
    return Number.isFinite(this.step(this.rows));
  }

  /** Loss and share of right answers of samples, without dropout. */
  score(samples) {
    const { plan } = this, { t, rows } = samples;
    return this.with("score", samples, (values) => {
      const y = this.network.through(this.whole, values)[plan.value], n = y.d.length / rows;
      const loss = LOSSES[plan.loss](y, t, made(y.d, y.s), plan), middle = (plan.ends[0] + plan.ends[1]) / 2;
      let right = 0;
      for (let at = 0; at < y.d.length; at += n) {
        let best = 0, label = 0;
        for (let k = 1; k < n; k++) {
          if (y.d[at + k] > y.d[at + best]) best = k;
          if (t[at + k] > t[at + label]) label = k;
        }
        right += n > 1 ? best === label : y.d[at] > plan.cut === t[at] > middle;
      }
      return { loss, right: right / rows };
    });
  }
}

/** The steps of the proof from the file's weights: the largest difference from the program's, as a share of each array's largest. */
function checkTraining(network, plan) {
  const copy = Object.create(network), { proof } = plan, train = Samples.of(plan.train);
  copy.constants = { ...network.constants };
  for (const name of plan.parameters) copy.constants[name] = tensor(network.constants[name].s, network.constants[name].d.slice());
  const training = new Training(copy, plan), order = unpacked(proof.batches), count = order.s[1], masks = proof.masks.map((packed) => unpacked(packed).d);
  for (let step = 0; step < proof.steps; step++) {
    const part = (all) => all.subarray((step * all.length) / proof.steps, ((step + 1) * all.length) / proof.steps);
    training.step(train.pick((i) => order.d[step * count + i], count), masks.map(part));
  }
  const differences = proof.after.map((packed, k) => {
    const { d } = training.parameters[k];
    let most = 0, apart = 0;
    unpacked(packed).d.forEach((wanted, i) => {
      most = Math.max(most, Math.abs(wanted));
      apart = Math.max(apart, Math.abs(wanted - d[i]));
    });
    return apart / (most || 1);
  });
  return { steps: proof.steps, differences, largest: Math.max(...differences) };
}

/** The bar, the curve, the proof and the loop: in each frame up to 8 ms of steps, then one picture. */
function trainer({ el, tr, model, network, inputs, outputs, stage, drawn, main, actions, facts, phone, curve, update, updateLinks, paintLinks }) {
  const plan = model.training, classes = outputs.kind === "classes", SLICE = 8, LIMIT = 1e-4, MAX_PRODUCTS = 2e6, MAX_ROWS = 400;
  const training = new Training(network, plan), own = Samples.of(plan.train), test = Samples.of(plan.test);
  const numbers = training.parameters.reduce((sum, { d }) => sum + d.length, 1);
  /** Some rows, evenly over all, of which a loss takes no longer than a picture. */
  const some = (samples) => {
    const count = Math.min(samples.rows, Math.max(100, Math.floor(MAX_PRODUCTS / numbers)));
    return count < samples.rows ? samples.pick((k) => Math.floor((k * samples.rows) / count), count) : samples;
  };
  const fewTest = some(test);
  let train = own, fewTrain = some(own), playing = false, credit = 0, last = 0, shownEpoch = -1, pictures = 0, cost = 0, speed = 20, measured = -Infinity;
  const begun = () => Object.fromEntries(["epoch", "train", "test"].map((name) => [name, training.epoch ? [...(model.curves[name] ?? [])] : []]));
  training.epoch = model.epoch;
  let log = begun();

  // --- the bar
  const button = (text, path, click, name = "") => el("button", { type: "button", class: name, "aria-label": text, title: text, click },
    el("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" }, el("path", { d: path })), el("span", { class: "word" }, text));
  const PLAY = "M6 3l11 7-11 7z", PAUSE = "M5 3h4v14H5zM11 3h4v14h-4z";
  const play = button(tr("Play"), PLAY, () => (playing ? pause() : start()), "round");
  const step = button(tr("Step"), "M3 9h8V5l6 5-6 5v-4H3zM17 4h2v12h-2z", () => { pause(); advance(1); picture(true); });
  const reset = button(tr("Reset"), "M10 4V1L5 5l5 4V6a5 5 0 1 1-5 5H3a7 7 0 1 0 7-7z", () => {
    training.reset();
    fault.textContent = "";
    log = begun();
    picture(true);
  });
  const epoch = el("b", { class: "count" }), score = el("b", { class: "count" }), rateText = el("b", {});
  const rate = el("input", { type: "range", id: "rate", min: -5, max: 1, step: 0.05, value: Math.log10(plan.optimizer.rate), input: () => setRate(Number((10 ** rate.value).toPrecision(2))) });
  function setRate(value) {
    training.settings.rate = value;
    rateText.textContent = String(value);
    rate.setAttribute("aria-valuetext", String(value));
  }
  const choice = (id, values, chosen, call) => el("select", { id, change: (event) => call(Number(event.target.value)) }, ...values.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
  const sizes = [...new Set([1, 5, 10, 20, 32, 64, 128, plan.batch])].sort((a, b) => a - b).map((n) => [n, String(n)]);
  const batch = choice("batch", sizes, plan.batch, (value) => (training.batch = value));
  const pace = choice("speed", [[1, tr("1 epoch/s")], [20, tr("20 epochs/s")], [1e9, tr("full speed")]], speed, (value) => (speed = value));
  const labelled = (id, text, control, value = "") => el("div", { class: `setting ${id}` }, el("label", { for: id }, text, value), control);
  const told = (name, text, value) => el("div", { class: `setting ${name}` }, el("span", { class: "hint" }, text), value);

  const count = el("span", { class: "hint", role: "status" });
  const modes = [tr("Off"), ...outputs.names].map((name, at) => {
    const mark = el("span", { class: "mark" }), k = at - 1;
    if (at) mark.style.background = outputs.names.length === 2 ? `var(--${k ? "positive" : "negative"})` : `var(--class-${k % 10})`;
    return el("button", { type: "button", "aria-pressed": String(!at), click: () => {
      stage.adds(k);
      modes.forEach((one, other) => one.setAttribute("aria-pressed", String(other === at)));
    } }, at ? mark : "", name);
  });
  const undo = button(tr("Take the last point back"), "M8 3L3 7l5 4V8h4a3 3 0 0 1 0 6H7v2h5a5 5 0 0 0 0-10H8z", () => { stage.added.pop(); stage.changed(); }, "small");
  const points = inputs.kind !== "points" || !classes ? "" : el("div", { class: "setting points" }, el("span", { class: "hint" }, el("span", { class: "word" }, tr("Add points by a click")), el("span", { class: "brief" }, tr("Tap adds"))),
    el("div", { class: "segments" }, el("span", { class: "segment", role: "group", "aria-label": tr("Add points") }, ...modes), undo, count));
  const bar = el("section", { class: "card steer", role: "group", "aria-label": tr("Training") },
    el("div", { class: "head" }, el("div", { class: "segments" }, play, step, reset), told("epoch", tr("Epoch"), epoch), told("accuracy", classes ? tr("Test accuracy") : tr("Test loss"), score)),
    labelled("rate", tr("Learning rate"), rate, rateText), labelled("batch", tr("Batch size"), batch), labelled("speed", tr("Speed"), pace), points);
  stage.changed = () => {
    const { added, draw } = stage, [low, high] = plan.ends, n = own.t.length / own.rows;
    count.textContent = added.length ? tr("{0} added", added.length) : "";
    train = own;
    if (added.length) {
      const raw = { [model.graph.inputs[0].name]: added.flatMap(([x, y]) => [x, y]) };
      const { d } = network.run(raw, network.constants, network.nodes([plan.first]))[plan.first];
      train = own.with(d, added.flatMap(([, , k]) => (n === 1 ? [k ? high : low] : Array.from({ length: n }, (_, j) => Number(j === k)))));
    }
    fewTrain = some(train);
    draw();
    evaluate();
  };

  // --- the curve and the figures
  const box = (title) => {
    const value = el("b", { class: "count" }), small = el("span", { class: "hint" });
    return { value, small, node: el("div", { class: "tally" }, el("span", { class: "hint" }, title), value, small) };
  };
  const right = box(tr("Test accuracy")), lost = box(tr("Test loss")), fault = el("p", { class: "fault", role: "alert" });
  let drawing = el("span", {});
  const loss = el("section", { class: "card loss" }, el("h2", {}, tr("Loss")), drawing, el("div", { class: "tallies" }, classes ? right.node : "", lost.node), fault,
    el("p", { class: "hint" }, tr("Reset begins again with seed {0}, so that all who open the page see the same.", plan.seed)));
  const share = (v) => `${(100 * v).toFixed(1)} %`, small = (v) => (Number.isFinite(v) ? v.toPrecision(3) : tr("no number"));

  /** Measure and show; of large samples a part while it runs, at rest all. */
  function evaluate() {
    const found = playing ? [fewTrain, fewTest].map((each) => training.score(each)) : [train, test].map((each) => training.score(each));
    const at = training.epoch + training.at / train.rows, [of, on] = found;
    if (found.every((each) => Number.isFinite(each.loss)) && !(log.epoch[log.epoch.length - 1] >= at)) [at, of.loss, on.loss].forEach((v, k) => log[["epoch", "train", "test"][k]].push(v));
    if (log.epoch.length > MAX_ROWS) for (const name of Object.keys(log)) log[name] = log[name].filter((_, k) => k % 2 === 0 || k === MAX_ROWS);
    const next = phone.matches ? curve(log, 360, 110) : curve(log, 300, 200);
    drawing.replaceWith(next);
    drawing = next;
    score.textContent = classes ? share(on.right) : small(on.loss);
    [right.value.textContent, right.small.textContent] = [share(on.right), tr("train {0}", share(of.right))];
    [lost.value.textContent, lost.small.textContent] = [small(on.loss), tr("train {0}", small(of.loss))];
    shownEpoch = training.epoch;
  }

  /** All that one sees, from the weights as they are; `rest` draws finely. */
  function picture(rest = false) {
    // Figures and links that change at each picture cannot be read, and took half of a slow machine's time.
    const now = performance.now(), due = rest || now - measured > 100;
    if (due) [measured, epoch.textContent] = [now, String(training.epoch).padStart(6, "0").replace(/(?=...$)/, ",")];
    if (rest || (due && training.epoch !== shownEpoch)) evaluate();
    if (inputs.kind === "points") stage.redraw(rest);
    else {
      drawn.forEach(({ tiles }) => tiles.forEach((tile) => (tile.painted = false)));
      update();
    }
    if (due) paintLinks();
    pictures++;
  }

  // --- the loop
  function advance(steps, until = Infinity) {
    let done = 0;
    while (done < steps && performance.now() < until) {
      if (!training.next(train)) {
        fault.textContent = tr("The steps were too large: press Reset and choose a smaller learning rate.");
        pause();
        break;
      }
      done++;
    }
    return done;
  }
  function frame() {
    if (!playing) return;
    const now = performance.now(), each = speed * Math.ceil(train.rows / training.batch);
    credit = Math.min(credit + (each * Math.min(now - last, 100)) / 1000, each);
    last = now;
    credit -= advance(Math.floor(credit), performance.now() + SLICE);
    if (!playing) return;
    const begin = performance.now();
    picture();
    // A slow machine gets coarser maps, and those of a quick one come back.
    cost += 0.1 * (performance.now() - begin - cost);
    stage.slow = cost > (stage.slow ? 4 : 10);
    requestAnimationFrame(frame);
  }
  function show(plays) {
    playing = stage.running = plays;
    play.querySelector("path").setAttribute("d", plays ? PAUSE : PLAY);
    play.setAttribute("aria-label", plays ? tr("Pause") : tr("Play"));
    play.title = plays ? tr("Pause") : tr("Play");
  }
  function start() {
    show(true);
    fault.textContent = "";
    last = performance.now();
    requestAnimationFrame(frame);
  }
  function pause() {
    show(false);
    picture(true);
  }

  // --- the proof, and the way into the program
  const proven = el("span", { role: "status" });
  const proof = el("section", { class: "card proof" }, proven, el("button", { type: "button", class: "plain", click: check }, tr("Check again")));
  function check() {
    const { steps, largest } = checkTraining(new Network(model.graph), plan), held = largest <= LIMIT;
    const said = !steps ? tr("No step could be compared: rounding alone moves these weights") : held ? tr("✓ Same as the program’s numbers to {0} over {1} steps", LIMIT, steps) : tr("This browser’s numbers are not the program’s over {0} steps", steps);
    proven.replaceChildren(el("b", {}, said), el("span", { class: "rest" }, steps ? ` ${tr("largest difference {0}, checked in this browser just now", largest.toExponential(1))}` : ""));
    proof.classList.toggle("bad", !held);
    return { steps, largest, held };
  }
  const line = el("input", { readonly: true, value: model.line, class: "line", hidden: true, "aria-label": tr("Line for Edit › Paste experiment") });
  const go = el("button", { type: "button", class: "primary open", title: tr("Copies data, network and settings as a line; weights stay here"), click: async () => {
    const said = () => (go.textContent = tr("Copied: now Edit › Paste experiment"));
    try {
      await navigator.clipboard.writeText(model.line);
      said();
    } catch {
      // As in a frame, which may not write there by itself.
      line.hidden = false;
      line.select();
      if (document.execCommand("copy")) said();
    }
  } }, tr("Open in NumpyNet Playground"));
  const foot = el("div", { class: "foot" }, line);
  const place = () => (model.line ? (phone.matches ? foot.prepend(go) : actions.append(go)) : null);
  document.documentElement.classList.add("trains");
  phone.addEventListener("change", () => (place(), picture(true)));
  addEventListener("resize", () => stage.draw?.());
  main.prepend(bar);
  main.append(loss);
  main.after(proof, foot);
  place();
  setRate(plan.optimizer.rate);
  const checked = check();
  picture(true);
  updateLinks();
  Object.assign(NumpyNet, { training, trainer: { start, pause, check, checked, pictures: () => pictures, playing: () => playing, score: () => training.score(test), pace: (value) => (speed = value) } });
  if (location.hash === "#play") start();
}

Object.assign(globalThis.NumpyNet, { Training, Samples, checkTraining, trainer });
