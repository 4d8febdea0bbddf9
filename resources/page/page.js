// What a visitor sees and does. Texts of the network are set as texts, never as markup.
(function page() {
  "use strict";
  if (typeof document === "undefined") return;
  const model = JSON.parse(document.getElementById("model").textContent);
  const network = new NumpyNet.Network(model.graph);
  const { inputs, outputs, training: plan } = model;
  const main = document.getElementById("main");
  const MAX_TILES = 10, MAX_LINKS = 90, MAX_LEARNING_LINKS = 400, MAP = 30;
  const state = { raw: {}, values: null, shown: null };
  const phone = matchMedia("(max-width: 760px)");

  /** A text in the language of whoever saved the page; `{0}` is the first of the slots. */
  const tr = (text, ...slots) => (model.words[text] ?? text).replace(/\{(\d)\}/g, (_, k) => slots[k]);
  /** An element with attributes and children; a function is a listener. */
  function el(tag, attributes = {}, ...children) {
    const svg = ["svg", "path", "polyline", "text", "line"].includes(tag);
    const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    made.append(...children);
    return made;
  }
  const clamp = (v, low, high) => Math.min(Math.max(v, low), high);
  const percent = (v) => `${Math.round(100 * v)} %`;
  const signed = (v) => (v < 0 ? "−" : "+") + Math.abs(v).toFixed(2);
  const number = (v) => (Math.abs(v) >= 1e5 || (v && Math.abs(v) < 1e-3) ? v.toExponential(3) : String(Number(v.toPrecision(5))));

  // --- colours --------------------------------------------------------------------------------------------------
  let colours;
  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const rgb = (name) => {
      const hex = style.getPropertyValue(name).trim();
      return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    };
    colours = {
      negative: rgb("--negative"), zero: rgb("--zero"), positive: rgb("--positive"), surface: rgb("--surface"),
      classes: Array.from({ length: 10 }, (_, k) => rgb(`--class-${k}`)),
    };
    // As pixels of a canvas, in 256 steps: a picture of all neurons is made for every frame while the network learns.
    const pixels = (colour) => Uint32Array.from({ length: 257 }, (_, i) => colour(i / 256).reduceRight((word, v) => (word << 8) | Math.round(v), 255));
    const ramps = (pale) => ({ signed: pixels((t) => mix(signedColour(2 * t - 1), colours.surface, pale)),
      shares: colours.classes.map((own) => pixels((t) => mix(mix(colours.zero, own, t), colours.surface, pale))) });
    // Under points the ground is paler; an `opacity` in the style would cost a fifth of the pictures.
    Object.assign(colours, ramps(0), { pale: ramps(plan ? 0.32 : 0) });
  }
  const mix = (a, b, t) => a.map((v, k) => v + (b[k] - v) * t);
  const signedColour = (t) => (t < 0 ? mix(colours.zero, colours.negative, Math.min(1, -t)) : mix(colours.zero, colours.positive, Math.min(1, t)));
  const css = (c, alpha = 1) => `rgba(${c.map(Math.round).join(",")},${alpha})`;
  const classColour = (k) => colours.classes[k % 10];

  /** How far the second of two classes is above its threshold. */
  const above = (share) => share - outputs.threshold;

  // --- running --------------------------------------------------------------------------------------------------
  const answerName = model.graph.outputs[model.graph.outputs.length - 1];
  const prediction = (values) => values[answerName];

  /** The numbers of a column of the drawing: (units,) of dense layers, or maps (channels, height, width). */
  function units(values, layer, sample = 0) {
    const { s, d } = values[layer.value];
    const count = d.length / s[0], own = d.subarray(sample * count, (sample + 1) * count);
    if (layer.shape.length !== 3) return { count: layer.shape[layer.shape.length - 1], read: (u) => own[u] };
    const [h, w, c] = layer.shape;
    const first = s[1] === c && s[2] === h && s[3] === w;
    return { count: c, h, w, pixel: (u, p) => (first ? own[u * h * w + p] : own[p * c + u]), read: (u) => {
      let sum = 0;
      for (let p = 0; p < h * w; p++) sum += first ? own[u * h * w + p] : own[p * c + u];
      return sum / (h * w);
    } };
  }

  const firstColumn = {
    title: inputs.kind === "images" ? tr("image") : tr("inputs"), value: model.first, kernel: "",
    shape: inputs.kind === "images" ? inputs.shape : [inputs.names.length],
  };
  /** The pixel of a prediction: of classes by their shares, of values by their sign about the middle. */
  function predictionPixel(answer, at, ramps = colours) {
    const count = outputs.names.length, d = answer.d;
    if (outputs.kind !== "classes") return ramps.signed[signedStep((d[at * count] - outputs.middle[0]) / (2 * outputs.scale[0]))];
    if (count === 2) {
      const t = above(d[2 * at + 1]);
      return ramps.signed[signedStep(t / (t > 0 ? 1 - outputs.threshold : outputs.threshold))];
    }
    let best = 0;
    for (let k = 1; k < count; k++) if (d[at * count + k] > d[at * count + best]) best = k;
    return ramps.shares[best % 10][Math.round(256 * clamp((d[at * count + best] - 1 / count) / (1 - 1 / count), 0.1, 1))];
  }
  const signedStep = (t) => Math.round(128 + 128 * clamp(t, -1, 1));

  const columns = inputs.kind === "tokens" ? [] : [firstColumn, ...model.layers];

  // --- tiles and links --------------------------------------------------------------------------------------------
  const field = el("div", { class: "field" });
  const links = el("svg", { class: "links", "aria-hidden": "true" });
  const drawn = columns.map((layer, at) => drawColumn(layer, at));

  function drawColumn(layer, at) {
    const whole = at === 0 && inputs.kind === "images";
    const count = whole ? 1 : layer.shape[layer.shape.length - 1];
    const last = at === columns.length - 1;
    const tiles = Array.from({ length: Math.min(count, last && outputs.names.length ? 20 : MAX_TILES) }, (_, unit) => {
      const canvas = el("canvas", { width: MAP, height: MAP });
      const value = el("span", { class: "value" });
      const names = last ? (outputs.one ? [outputs.names[1]] : outputs.names) : at === 0 ? inputs.names ?? [tr("image")] : null;
      const name = names ? names[unit] ?? "" : `${layer.title}, ${unit + 1}`;
      const button = el("button", { class: "tile", type: "button", "aria-label": name, click: () => showNeuron(at, unit, name) }, canvas);
      const label = names ? el("span", { class: "name", title: name }, name) : "";
      return { unit, name, canvas, value, button, box: el("div", { class: "unit" }, label, button, value) };
    });
    const more = count > tiles.length ? [el("p", { class: "more" }, tr("+ {0} more", count - tiles.length))] : [];
    const title = at === 0 || last ? (last ? tr("answer") : layer.title) : layer.shape.length === 3 ? tr("{0} maps", count) : count === 1 ? tr("{0} neuron", count) : tr("{0} neurons", count);
    const column = el("div", { class: "column" }, ...tiles.map((tile) => tile.box), ...more, el("p", { class: "caption" }, title));
    field.append(column);
    return { layer, tiles, whole };
  }

  /** Paint a square of values, each `read(pixel)` from -1 to 1, or 0 to 1 in ink. */
  function paint(canvas, h, w, colour) {
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    const context = canvas.getContext("2d"), image = context.createImageData(w, h);
    for (let p = 0; p < h * w; p++) {
      const [r, g, b] = colour(p);
      image.data.set([r, g, b, 255], 4 * p);
    }
    context.putImageData(image, 0, 0);
  }

  /** Fill a canvas with `pixel(p)` of its places; its image is made once. */
  function fill(canvas, h, w, pixel) {
    if (!canvas.image || canvas.width !== w || canvas.height !== h) {
      Object.assign(canvas, { width: w, height: h });
      canvas.image = canvas.getContext("2d").createImageData(w, h);
      canvas.words = new Uint32Array(canvas.image.data.buffer);
    }
    for (let p = 0; p < h * w; p++) canvas.words[p] = pixel(p);
    canvas.getContext("2d").putImageData(canvas.image, 0, 0);
  }

  /** The pixels of a neuron of values (n, units), by its largest. */
  function signedMap({ s, d }, unit) {
    const n = d.length / s[0];
    let top = 1e-9;
    for (let p = unit; p < d.length; p += n) top = Math.max(top, Math.abs(d[p]));
    return (p) => colours.signed[signedStep(d[p * n + unit] / top)];
  }

  /** Of points: each neuron over the plane, from the network's `values` on its grid, of which tiles show the middle square; `every` third, say, the inputs never. */
  function drawMaps(values, { rows, cols }, every = 1, turn = 0) {
    // A tile has 42 pixels: of a fine grid every second place will do.
    const left = (cols - rows) >> 1, step = rows > 50 ? 2 : 1, side = rows / step, found = prediction(values);
    const place = (p) => step * (Math.floor(p / side) * cols + (p % side)) + left;
    let count = 0;
    for (const column of drawn)
      for (const { canvas, unit } of column.tiles) {
        if (every > 1 && (column === drawn[0] || count++ % every !== turn % every)) continue;
        const { s, d } = values[column.layer.value], n = d.length / s[0];
        let pixel = signedMap(values[column.layer.value], unit);
        if (column === drawn[drawn.length - 1] && outputs.kind === "classes")
          pixel = outputs.names.length === 2 ? (p) => predictionPixel(found, p) : (p) => colours.shares[unit % 10][Math.round(256 * clamp(d[p * n + unit], 0, 1))];
        fill(canvas, side, side, (p) => pixel(place(p)));
      }
  }

  function gridOf(cols, rows = cols, { low, high } = inputs) {
    const flat = new Float32Array(2 * cols * rows);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < cols; c++) {
        flat[2 * (r * cols + c)] = low[0] + ((high[0] - low[0]) * (c + 0.5)) / cols;
        flat[2 * (r * cols + c) + 1] = high[1] - ((high[1] - low[1]) * (r + 0.5)) / rows;
      }
    return flat;
  }

  function updateTiles() {
    drawn.forEach((column, at) => {
      const last = at === drawn.length - 1;
      const found = column.whole ? null : units(state.values, column.layer);
      const pixels = column.layer.pixels && network.constants[column.layer.kernel];
      const top = found ? Math.max(1e-9, ...column.tiles.map((tile) => Math.abs(found.read(tile.unit)))) : 1;
      column.top = Math.max(top, 1);
      for (const tile of column.tiles) {
        if (column.whole) {
          const [h, w, c] = inputs.shape, raw = state.raw[model.graph.inputs[0].name];
          paint(tile.canvas, h, w, (p) => Array.from({ length: 3 }, (_, k) => (255 * raw[p * c + (c === 1 ? 0 : k)]) / inputs.high));
          tile.value.textContent = "";
          continue;
        }
        const v = found.read(tile.unit);
        tile.v = v;
        const share = last && outputs.kind === "classes";
        const colour = share && outputs.names.length > 2 ? mix(colours.zero, classColour(tile.unit), clamp(v, 0, 1)) : signedColour(share ? 2 * v - 1 : v / column.top);
        tile.button.style.borderColor = css(colour);
        tile.value.textContent = share ? percent(outputs.one ? prediction(state.values).d[1] : v) : last && outputs.kind === "values" ? number(prediction(state.values).d[tile.unit]) : signed(v);
        tile.button.setAttribute("aria-label", `${tile.name}: ${tile.value.textContent}`);
        if (found.pixel) {
          let peak = 1e-9;
          for (let p = 0; p < found.h * found.w; p++) peak = Math.max(peak, Math.abs(found.pixel(tile.unit, p)));
          paint(tile.canvas, found.h, found.w, (p) => signedColour(found.pixel(tile.unit, p) / peak));
        } else if (pixels) {
          if (tile.painted) continue;
          tile.painted = true;
          const [h, w, c] = column.layer.pixels, weight = (p) => pixels.d[p * c * pixels.s[1] + tile.unit];
          const peak = Array.from({ length: h * w }, (_, p) => Math.abs(weight(p))).reduce((a, b) => Math.max(a, b), 1e-9);
          paint(tile.canvas, h, w, (p) => signedColour(weight(p) / peak));
        } else if (inputs.kind !== "points") paint(tile.canvas, 1, 1, () => colour);
      }
    });
    if (plan && state.links) paintLinks();
    else updateLinks();
  }

  function updateLinks() {
    const frame = field.getBoundingClientRect();
    links.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const across = getComputedStyle(field).flexDirection !== "column";
    const place = (tile, end) => {
      const box = tile.button.getBoundingClientRect();
      const x = box.left - frame.left, y = box.top - frame.top;
      if (across) return [end ? x : x + box.width, y + box.height / 2];
      return [x + box.width / 2, end ? y : y + box.height];
    };
    const found = [];
    for (let at = 1; at < drawn.length; at++) {
      const { layer, tiles } = drawn[at], before = drawn[at - 1];
      const kernel = layer.kernel && network.constants[layer.kernel];
      if (!kernel || before.whole || kernel.s[0] !== before.layer.shape[before.layer.shape.length - 1]) continue;
      const top = Math.max(1e-9, ...Array.from(kernel.d, Math.abs).slice(0, 20000));
      for (const from of before.tiles)
        for (const to of tiles) {
          const weight = kernel.d[from.unit * kernel.s[1] + to.unit] / top;
          found.push({ from, to, weight, lit: plan ? 0 : Math.abs((weight * from.v) / before.top), kernel, index: from.unit * kernel.s[1] + to.unit });
        }
    }
    found.sort((a, b) => Math.abs(b.weight) + b.lit - Math.abs(a.weight) - a.lit);
    state.links = found.slice(0, plan ? MAX_LEARNING_LINKS : MAX_LINKS).map(({ from, to, weight, lit, kernel, index }) => {
      const [x, y] = place(from, false), [u, v] = place(to, true);
      const curve = across ? `M${x},${y} C${(x + u) / 2},${y} ${(x + u) / 2},${v} ${u},${v}` : `M${x},${y} C${x},${(y + v) / 2} ${u},${(y + v) / 2} ${u},${v}`;
      const path = el("path", { d: curve, stroke: css(weight < 0 ? colours.negative : colours.positive),
        "stroke-width": (0.5 + 5 * Math.abs(weight)).toFixed(2), opacity: plan ? 0.8 : clamp(0.12 + lit, 0.12, 0.95).toFixed(2) });
      return { path, kernel, index };
    });
    links.replaceChildren(...state.links.map(({ path }) => path));
    if (plan) paintLinks();
  }

  /** While the network learns: the links as their weights are now; their places stay. */
  function paintLinks() {
    const tops = new Map(), colour = [css(colours.negative), css(colours.positive)], most = phone.matches ? 2.5 : 5;
    for (const { path, kernel, index } of state.links ?? []) {
      if (!tops.has(kernel)) tops.set(kernel, kernel.d.reduce((top, v) => Math.max(top, Math.abs(v)), 1e-9));
      path.style.strokeWidth = (0.3 + (most * Math.abs(kernel.d[index])) / tops.get(kernel)).toFixed(2);
      path.style.stroke = colour[Number(kernel.d[index] >= 0)];
    }
  }

  // --- the answer ---------------------------------------------------------------------------------------------------
  const answer = el("div", { class: "answer", role: "status", "aria-live": "polite" });
  const bars = (outputs.kind === "tokens" ? [] : outputs.names).map((name, k) => {
    const bar = el("span", { class: "fill" }), text = el("b", {}, "");
    return { name, bar, text, row: el("div", { class: "bar" }, el("span", { class: "label", title: name }, name), el("span", { class: "track" }, bar), text), k };
  });
  answer.append(...bars.map((bar) => bar.row));

  function updateAnswer() {
    const found = prediction(state.values).d;
    const best = outputs.kind !== "classes" ? -1 : outputs.one ? Number(above(found[1]) > 0) : found.indexOf(Math.max(...found));
    for (const { bar, text, row, k } of bars) {
      if (outputs.kind === "values") {
        row.classList.add("plain");
        text.textContent = `${number(found[k])} ${outputs.units[k] ?? ""}`.trim();
        continue;
      }
      bar.style.width = `${(100 * found[k]).toFixed(2)}%`;
      bar.style.backgroundColor = css(outputs.names.length === 2 ? (k ? colours.positive : colours.negative) : classColour(k));
      text.textContent = percent(found[k]);
      row.classList.toggle("best", k === best);
    }
    if (!bars.length) return "";
    return best < 0 ? `${outputs.names[0]} ${number(found[0])}` : `${outputs.names[best]} ${percent(found[best])}`;
  }

  let waiting = false;
  /** Run the network for `state.raw`, once a frame. */
  function update() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (!Object.keys(state.raw).length) return;
      state.values = network.run(state.raw);
      updateTiles();
      state.text = updateAnswer();
      stage.update?.();
    });
  }

  // --- what one changes -----------------------------------------------------------------------------------------------
  const stages = { points: pointStage, images: imageStage, table: tableStage, tokens: tokenStage };
  const stage = stages[inputs.kind]();

  /** The plane, on which one drags a point or, while the network learns, adds some. Ground, boundary and points lie in canvases of their own, so that a picture of the training draws little. */
  function pointStage() {
    const name = model.graph.inputs[0].name, two = outputs.kind === "classes" && outputs.names.length === 2;
    const ground = el("canvas", { class: "ground" }), line = el("canvas", { class: "layer" });
    const canvas = el("canvas", { class: "layer plot", tabindex: 0, role: "img", "aria-label": plan ? tr("The plane; arrow keys move a cross, Enter adds a point there") : tr("The plane; arrow keys move the point") });
    const bubble = el("div", plan ? { class: "bubble", hidden: true, role: "status" } : { class: "bubble", "aria-hidden": "true" });
    const hint = el("p", { class: "hint shown", hidden: true }, ""), back = el("button", { type: "button", hidden: true, click: () => showNeuron(-1) }, tr("Back to the answer"));
    const added = [], arena = { arrays: [], at: 0 }, own = [...columns.slice(1).map((layer) => layer.value), answerName];
    const after = network.nodes(own, [model.first]);
    let view = null, grid = null, mark = null, adds = -1, turn = 0;
    const fields = plan ? [] : inputs.axes.map((label, axis) => el("input", { type: "number", step: "any", "aria-label": label, input: (event) => {
      const value = Number(event.target.value);
      if (Number.isFinite(value)) move(axis ? mark[0] : value, axis ? value : mark[1], false);
    } }));

    /** What of the plane is seen, and how finely: a wide part on a phone, of which the neurons show the middle square. */
    function look(rest) {
      const wide = plan && phone.matches, rows = rest ? (wide ? 80 : 100) : stage.slow ? 34 : wide ? 40 : 50, cols = wide ? Math.round((rows * 5) / 3) : rows;
      if (view && view.rows === rows && view.cols === cols) return;
      const { low, high } = inputs, middle = (low[0] + high[0]) / 2, half = ((high[0] - low[0]) / 2) * (cols / rows);
      view = { rows, cols, low: [middle - half, low[1]], high: [middle + half, high[1]] };
      for (const [each, width] of [[canvas, 848], [line, stage.slow && !rest ? 424 : 848]]) Object.assign(each, { width, height: Math.round((width * rows) / cols) });
      grid = network.run({ [name]: gridOf(cols, rows, view) }, network.constants, network.nodes([model.first]))[model.first];
      draw();
    }
    /** Each neuron and the answer over the plane; `rest` draws finely. */
    function redraw(rest = !stage.running) {
      look(rest);
      reusing(arena, () => {
        const values = network.through(after, Object.assign(Object.create(network.constants), { [model.first]: grid }));
        // A canvas that changes costs a slow machine as much again as its pixels: there they take turns.
        drawMaps(values, view, !rest && stage.slow ? 3 : 1, turn++);
        const found = prediction(values), { column, unit } = state.shown ?? {};
        if (state.shown) fill(ground, view.rows, view.cols, signedMap(values[column.layer.value], unit));
        else fill(ground, view.rows, view.cols, (p) => predictionPixel(found, p, colours.pale));
        drawBoundary(two && !state.shown ? (p) => above(found.d[2 * p + 1]) : null);
      });
    }
    /** The line on which `value(p)` of the grid is 0, by the sides of each square that it crosses. */
    function drawBoundary(value) {
      const context = line.getContext("2d"), { rows, cols } = view, step = line.width / cols;
      context.clearRect(0, 0, line.width, line.height);
      if (!value) return;
      context.beginPath();
      for (let r = 0; r < rows - 1; r++)
        for (let c = 0; c < cols - 1; c++) {
          const p = r * cols + c, a = value(p), b = value(p + 1), d = value(p + cols), e = value(p + cols + 1);
          if (a > 0 === b > 0 && a > 0 === d > 0 && a > 0 === e > 0) continue;
          let begun = false;
          const cut = (from, to, x, y, along) => {
            if (from > 0 === to > 0) return;
            const t = from / (from - to), place = [(c + 0.5 + x + (along ? t : 0)) * step, (r + 0.5 + y + (along ? 0 : t)) * step];
            if (begun) context.lineTo(...place);
            else context.moveTo(...place);
            begun = !begun;
          };
          cut(a, b, 0, 0, true);
          cut(b, e, 1, 0, false);
          cut(d, e, 0, 1, true);
          cut(a, d, 0, 0, false);
        }
      Object.assign(context, { lineWidth: line.width / 283, strokeStyle: "#1f2937" });
      context.stroke();
    }
    const pixel = (x, y) => [((x - view.low[0]) / (view.high[0] - view.low[0])) * canvas.width, ((view.high[1] - y) / (view.high[1] - view.low[1])) * canvas.height];
    const ofLabel = (label) => (outputs.kind === "values" ? signedColour((label - outputs.middle[0]) / (2 * outputs.scale[0])) : two ? signedColour(2 * label - 1) : classColour(label));
    function draw() {
      const context = canvas.getContext("2d"), scale = canvas.width / (canvas.getBoundingClientRect().width || 424);
      const circle = (u, v, radius, colour, ring = "") => {
        context.beginPath();
        context.arc(u, v, radius * scale, 0, 7);
        Object.assign(context, { fillStyle: colour, strokeStyle: ring, lineWidth: scale });
        context.fill();
        if (ring) context.stroke();
      };
      context.clearRect(0, 0, canvas.width, canvas.height);
      const { train = [], test = [] } = model.samples;
      for (const [points, radius, ring] of [[train, 2.7, "#ffffff"], [test, 3.2, "#111827"], [added, 5, "#ffffff"]])
        for (const [x, y, label] of points) circle(...pixel(x, y), radius, css(ofLabel(label)), ring);
      if (!mark) return;
      const [u, v] = pixel(...mark);
      if (plan) {
        Object.assign(context, { lineWidth: 2 * scale, strokeStyle: "#111827" });
        return context.strokeRect(u - 8 * scale, v - 8 * scale, 16 * scale, 16 * scale);
      }
      for (const [radius, colour] of [[11, "#ffffff"], [8.5, "#2563eb"], [4, "#ffffff"]]) circle(u, v, radius, colour);
      say(state.text ?? "", u, v);
    }
    function say(text, u, v) {
      bubble.textContent = text;
      bubble.hidden = false;
      Object.assign(bubble.style, { left: `${(100 * u) / canvas.width}%`, top: `${(100 * v) / canvas.height}%` });
      bubble.classList.toggle("left", u / canvas.width > 0.6);
    }
    /** The dragged point, or the cross, goes to a place. */
    function move(x, y, writes = true) {
      mark = [clamp(x, view.low[0], view.high[0]), clamp(y, view.low[1], view.high[1])];
      if (plan) return draw();
      state.raw[name] = mark;
      if (writes) fields.forEach((one, axis) => (one.value = mark[axis].toFixed(2)));
      update();
    }
    function add(x, y) {
      if (adds < 0) return;
      added.push([x, y, adds]);
      stage.changed();
      say(tr("{0} added", outputs.names[adds]), ...pixel(x, y));
      clearTimeout(bubble.timer);
      bubble.timer = setTimeout(() => (bubble.hidden = true), 1500);
    }
    const at = ({ clientX, clientY }) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      return [view.low[0] + ((view.high[0] - view.low[0]) * (clientX - left)) / width, view.high[1] - ((view.high[1] - view.low[1]) * (clientY - top)) / height];
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (plan) return add(...at(event));
      canvas.setPointerCapture(event.pointerId);
      move(...at(event));
    });
    canvas.addEventListener("pointermove", (event) => !plan && event.buttons && move(...at(event)));
    canvas.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], Enter: plan && [0, 0] }[event.key];
      if (!by) return;
      event.preventDefault();
      const step = (inputs.high[0] - inputs.low[0]) / (event.shiftKey ? 20 : 100), from = mark ?? view.low.map((v, k) => (v + view.high[k]) / 2);
      move(from[0] + step * by[0], from[1] + step * by[1]);
      if (event.key === "Enter") add(...mark);
    });
    const ramp = [el("span", {}, outputs.names[0]), el("span", { class: "ramp" }), el("span", {}, outputs.names[1]), el("span", { class: "own" }, tr("large points are yours"))];
    const legend = plan && two ? el("p", { class: "hint scale" }, ...ramp) : model.samples.train ? el("p", { class: "hint" }, tr("White ring: learned from. Dark ring: kept for the test."), plan && outputs.kind === "classes" ? ` ${tr("Large: yours.")}` : "") : "";
    const body = el("div", {}, el("div", { class: "plotbox" }, ground, line, canvas, bubble), el("div", { class: "place" }, ...fields.map((field, axis) => el("label", {}, `${inputs.axes[axis]} `, field)), back), hint, legend, plan ? "" : answer);
    const start = model.samples.test?.[0] ?? [(inputs.low[0] + inputs.high[0]) / 2, (inputs.low[1] + inputs.high[1]) / 2];
    return { body, start: () => (redraw(true), plan || move(start[0], start[1])), update: draw, draw, redraw, back, hint, added, adds: (k) => (adds = k), running: false };
  }

  function imageStage() {
    const name = model.graph.inputs[0].name, [h, w, c] = inputs.shape;
    const sheet = el("canvas", { width: 280, height: 280, class: "pad", tabindex: 0, role: "img", "aria-label": tr("Draw here") });
    const context = sheet.getContext("2d", { willReadFrequently: true });
    const seen = el("canvas", { width: w, height: h, class: "seen", role: "img", "aria-label": tr("What the network sees") });
    const back = el("canvas", { width: w, height: h, class: "seen", role: "img", "aria-label": tr("What the network gives back") });
    let last = null;
    const show = (raw) => {
      state.raw = { [name]: raw };
      paint(seen, h, w, (p) => Array.from({ length: 3 }, (_, k) => (255 * raw[p * c + (c === 1 ? 0 : k)]) / inputs.high));
      update();
    };
    const clear = () => {
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, 280, 280);
      show(new Array(h * w * c).fill(inputs.inverted ? (1 - inputs.paper) * inputs.high : inputs.paper * inputs.high));
    };
    const read = () => {
      const pixels = context.getImageData(0, 0, 280, 280).data;
      if (c !== 1) return show(sampled(pixels, 280, 280));
      const ink = new Float64Array(280 * 280);
      for (let p = 0; p < ink.length; p++) ink[p] = 1 - pixels[4 * p] / 255;
      const framed = frame(ink);
      if (!framed) return clear();
      show(Array.from(framed, (v) => {
        const value = Math.abs(v - inputs.paper);
        return (inputs.inverted ? 1 - value : value) * inputs.high;
      }));
    };
    /** The means of a line's points in `count` steps from `start`, as (place, weight) pairs. */
    const averages = (length, start, step, count) => Array.from({ length: count }, (_, k) => {
      const from = start + k * step, to = from + step, pairs = [];
      for (let i = Math.max(0, Math.floor(from)); i < Math.min(length, Math.ceil(to)); i++) pairs.push([i, (Math.min(i + 1, to) - Math.max(i, from)) / step]);
      return pairs;
    });
    const shrunk = (ink, rows, cols) => rows.map((down) => cols.map((across) => {
      let sum = 0;
      for (const [r, u] of down) for (const [q, v] of across) sum += u * v * ink[r * 280 + q];
      return sum;
    }));
    /** The drawing in the form of the data's images: framed and centred as they are. */
    function frame(ink) {
      if (!inputs.longer) return ink.some((v) => v > 0.05) ? shrunk(ink, averages(280, 0, 280 / h, h), averages(280, 0, 280 / w, w)).flat() : null;
      let [top, bottom, left, right] = [280, 0, 280, 0];
      for (let r = 0; r < 280; r++)
        for (let q = 0; q < 280; q++)
          if (ink[r * 280 + q] > 0.1) [top, bottom, left, right] = [Math.min(top, r), Math.max(bottom, r + 1), Math.min(left, q), Math.max(right, q + 1)];
      if (bottom <= top) return null;
      const step = Math.max(Math.max(bottom - top, right - left) / inputs.longer, (bottom - top) / h, (right - left) / w);
      const [rows, cols] = [bottom - top, right - left].map((length) => Math.ceil((length - 1e-6) / step));
      const small = shrunk(ink, averages(280, top, step, rows), averages(280, left, step, cols));
      let [r0, c0] = [Math.floor((h - rows) / 2), Math.floor((w - cols) / 2)];
      if (inputs.byMass) {
        let [mass, down, across] = [0, 0, 0];
        small.forEach((line, r) => line.forEach((v, q) => { mass += v; down += r * v; across += q * v; }));
        [r0, c0] = [Math.floor(h / 2) - Math.floor(down / mass + 0.5), Math.floor(w / 2) - Math.floor(across / mass + 0.5)];
      }
      [r0, c0] = [clamp(r0, 0, h - rows), clamp(c0, 0, w - cols)];
      const image = new Float64Array(h * w);
      small.forEach((line, r) => line.forEach((v, q) => (image[(r0 + r) * w + c0 + q] = v)));
      return image;
    }
    /** A picture of any size as the network's input, by its middle square. */
    function sampled(pixels, width, height) {
      const side = Math.min(width, height), x0 = (width - side) / 2, y0 = (height - side) / 2, raw = new Array(h * w * c).fill(0);
      for (let r = 0; r < h; r++)
        for (let q = 0; q < w; q++) {
          const [a, b] = [Math.floor(y0 + (r * side) / h), Math.floor(x0 + (q * side) / w)];
          const [y1, x1] = [Math.max(a + 1, Math.floor(y0 + ((r + 1) * side) / h)), Math.max(b + 1, Math.floor(x0 + ((q + 1) * side) / w))];
          for (let y = a; y < y1; y++)
            for (let x = b; x < x1; x++) {
              const p = 4 * (y * width + x), grey = 0.299 * pixels[p] + 0.587 * pixels[p + 1] + 0.114 * pixels[p + 2];
              for (let k = 0; k < c; k++) raw[(r * w + q) * c + k] += ((c === 1 ? grey : pixels[p + k]) / 255) * (inputs.high / ((y1 - a) * (x1 - b)));
            }
        }
      return raw;
    }
    const at = (event) => {
      const box = sheet.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * 280, ((event.clientY - box.top) / box.height) * 280];
    };
    sheet.addEventListener("pointerdown", (event) => {
      sheet.setPointerCapture(event.pointerId);
      last = at(event);
      stroke(event);
    });
    sheet.addEventListener("pointermove", (event) => event.buttons && last && stroke(event));
    sheet.addEventListener("pointerup", () => (last = null));
    function stroke(event) {
      const next = at(event);
      Object.assign(context, { lineWidth: 20, lineCap: "round", strokeStyle: "#111827" });
      context.beginPath();
      context.moveTo(...last);
      context.lineTo(next[0], next[1] + 0.01);
      context.stroke();
      last = next;
      read();
    }
    const chooser = el("input", { type: "file", accept: "image/*", "aria-label": tr("Choose an image"), change: async (event) => {
      const [file] = event.target.files;
      if (!file) return;
      const bitmap = await createImageBitmap(file).catch(() => null);
      if (!bitmap) return;
      const copy = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
      copy.getContext("2d").drawImage(bitmap, 0, 0);
      show(sampled(copy.getContext("2d").getImageData(0, 0, copy.width, copy.height).data, copy.width, copy.height));
    } });
    const samples = (model.samples.images ?? []).map((raw, k) => {
      const picture = el("canvas", { width: w, height: h });
      paint(picture, h, w, (p) => Array.from({ length: 3 }, (_, q) => (255 * raw[p * c + (c === 1 ? 0 : q)]) / inputs.high));
      return el("button", { type: "button", class: "sample", "aria-label": tr("Test image {0}", k + 1), click: () => show(raw) }, picture);
    });
    const pad = c === 1 ? [el("div", { class: "plotbox" }, sheet, seen)] : [el("div", { class: "plotbox" }, seen)];
    seen.classList.toggle("large", c !== 1);
    const given = outputs.kind === "images" ? [el("p", { class: "hint" }, tr("What the network gives back:")), back] : [];
    back.classList.add("large", "small");
    const body = el("div", {}, ...pad, ...given, el("div", { class: "place" }, el("button", { type: "button", click: clear }, tr("Clear")), el("label", { class: "choose" }, tr("Choose an image"), chooser)), el("div", { class: "samples" }, ...samples), answer);
    const giveBack = () => outputs.kind === "images" && paint(back, h, w, (p) => Array.from({ length: 3 }, (_, k) => 255 * clamp((prediction(state.values).d[p * c + (c === 1 ? 0 : k)] - outputs.low) / (outputs.high - outputs.low), 0, 1)));
    return { body, update: giveBack, start: () => { clear(); if (model.samples.images?.length) show(model.samples.images[Math.min(3, model.samples.images.length - 1)]); } };
  }

  function tableStage() {
    const day = 86400000;
    const rows = inputs.columns.map((column) => {
      const set = (value) => {
        state.raw[column.name] = [value];
        update();
      };
      const id = `column-${inputs.columns.indexOf(column)}`;
      const label = el("label", { for: id }, column.name);
      if (column.categories) {
        const select = el("select", { id, change: (event) => set(event.target.value) }, ...column.categories.map((name) => el("option", { value: name }, name)));
        state.raw[column.name] = [column.categories[0]];
        return [label, select];
      }
      state.raw[column.name] = [column.middle];
      if (column.origin) {
        const start = Date.parse(column.origin);
        const date = el("input", { id, type: "date", value: new Date(start + column.middle * day).toISOString().slice(0, 10), change: (event) => {
          const found = Date.parse(event.target.value);
          if (Number.isFinite(found)) set((found - start) / day);
        } });
        return [label, date];
      }
      const step = column.whole ? 1 : (column.high - column.low) / 200 || 1;
      const slider = el("input", { type: "range", min: column.low, max: column.high, step, value: column.middle, "aria-label": column.name, input: (event) => {
        typed.value = Number(Number(event.target.value).toPrecision(6));
        set(Number(event.target.value));
      } });
      const typed = el("input", { id, type: "number", step: "any", value: Number(column.middle.toPrecision(6)), input: (event) => {
        if (event.target.value === "" || !Number.isFinite(Number(event.target.value))) return;
        slider.value = event.target.value;
        set(Number(event.target.value));
      } });
      return [label, el("span", { class: "number" }, slider, typed)];
    });
    const form = el("form", { class: "form", submit: (event) => event.preventDefault() }, ...rows.flat());
    return { body: el("div", {}, answer, form), start: update };
  }

  /** A text is typed; what follows it, and texts that the network writes on from it. */
  function tokenStage() {
    const { vocabulary, separator, end, length } = inputs, name = model.graph.inputs[0].name;
    const known = new Map(vocabulary.map((token, k) => [token, k])), fill = Math.max(0, end), BARS = 11, TEXTS = 6, NEW = 40;
    const PLAIN = { ø: "o", Ø: "O", ł: "l", Ł: "L", đ: "d", Đ: "D", ð: "d", Ð: "D", ı: "i", ß: "ss", æ: "ae", Æ: "AE", œ: "oe", Œ: "OE", þ: "th", Þ: "TH" };
    /** The numbers of a token: one that is not known is taken in the other case, or without its accents. */
    function numbersOf(token) {
      const plain = [...token.normalize("NFKD").replace(/\p{M}/gu, "")].map((each) => PLAIN[each] ?? each).join("");
      const spelled = [[token], ...[token, plain].flatMap((each) => [[each.toLowerCase()], [each], [each.toUpperCase()]])];
      const letters = [...token].length === 1 ? [[...plain.toLowerCase()], [...plain.toUpperCase()]] : [];
      return [...spelled, ...letters, ["\ufffd"]].find((each) => each.every((part) => known.has(part)))?.map((part) => known.get(part));
    }
    const seen = (token) => ({ "\n": "⏎", " ": "␣", "\t": "⇥", "\ufffd": tr("other") })[token] ?? token;
    const cut = (text) => (separator ? text.match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu) ?? [] : [...text]);
    const joined = (numbers) => numbers.map((k) => vocabulary[k]).join(separator).replace(/\n+$/, "");
    const begun = (numbers) => (end >= 0 ? [end, ...numbers] : numbers).slice(-length);
    const filled = (numbers) => Array.from({ length }, (_, k) => vocabulary[numbers[k] ?? fill]);
    let numbers = [], writing = 0;
    const prompt = el("input", { id: "prompt", type: "text", maxlength: 2000, autocomplete: "off", spellcheck: "false", input: () => read(prompt.value) });
    const fault = el("p", { class: "hint", role: "alert" }), letters = el("div", { class: "letters" }), next = el("div", { class: "answer", role: "status" });
    const heat = el("input", { type: "range", min: 0, max: 2, step: 0.1, value: 0.8, "aria-label": tr("Temperature"), input: write }), warmth = el("b", {}, "0.8");
    const texts = el("ol", { class: "texts" });
    function read(text) {
      const tokens = cut(text), strange = tokens.findIndex((token) => !numbersOf(token)), taken = strange < 0 ? tokens : tokens.slice(0, strange);
      numbers = taken.flatMap(numbersOf);
      const read = numbers.map((k) => vocabulary[k]).join(separator), given = taken.join(separator);
      fault.textContent = strange >= 0 ? taken.length ? tr("The network knows no {0}; it goes on from “{1}”.", tokens[strange], read) : tr("The network knows no {0}; it goes on from the beginning.", tokens[strange]) : read === given ? "" : tr("{0} is read as {1}.", given, read);
      state.raw = { [name]: filled(begun(numbers)) };
      update();
      write();
    }
    const shares = (values, row, position) => prediction(values).d.subarray((row * length + position) * vocabulary.length, (row * length + position + 1) * vocabulary.length);
    function show() {
      const given = begun(numbers), at = Math.max(0, given.length - 1), found = shares(state.values, 0, at);
      const order = Array.from(found.keys()).sort((a, b) => found[b] - found[a]), rest = order.slice(BARS).reduce((sum, k) => sum + found[k], 0);
      next.replaceChildren(...order.slice(0, BARS).map((k, rank) => {
        const fill = el("span", { class: "fill" });
        fill.style.width = `${(100 * found[k]).toFixed(2)}%`;
        fill.style.backgroundColor = css(colours.positive);
        const label = k === end ? "end" : seen(vocabulary[k]);
        return el("div", { class: rank ? "bar" : "bar best" }, el("span", { class: "label" }, label), el("span", { class: "track" }, fill), el("b", {}, percent(found[k])));
      }), el("p", { class: "hint" }, order.length > BARS ? tr("{0} more share {1}", order.length - BARS, percent(rest)) : ""));
      letters.replaceChildren(...given.map((k, position) => {
        const before = position ? shares(state.values, 0, position - 1)[k] : null;
        const tile = el("span", { class: "letter" }, el("b", {}, k === end ? "·" : seen(vocabulary[k])), el("small", {}, before === null ? "" : percent(before)));
        if (before !== null) tile.style.backgroundColor = css(mix(colours.surface, colours.positive, 0.6 * before));
        return tile;
      }));
    }
    function drawn(found, temperature) {
      if (!temperature) return found.indexOf(Math.max(...found));
      const weights = Array.from(found, (v) => Math.pow(v, 1 / temperature));
      let left = Math.random() * weights.reduce((sum, v) => sum + v, 0);
      return Math.max(0, weights.findIndex((v) => (left -= v) < 0));
    }
    /** Write on from the prompt, a token for every text in each frame. */
    function write() {
      const own = ++writing, temperature = Number(heat.value), rows = Array.from({ length: TEXTS }, () => ({ tokens: end >= 0 ? [end, ...numbers] : [...numbers], over: false }));
      warmth.textContent = temperature.toFixed(1);
      const first = rows[0].tokens.length;
      const step = () => {
        const open = rows.filter((row) => !row.over);
        if (own !== writing || !open.length) return;
        const values = network.run({ [name]: open.flatMap((row) => filled(row.tokens.slice(-length))) });
        open.forEach((row, k) => {
          const token = drawn(shares(values, k, Math.max(0, Math.min(length, row.tokens.length) - 1)), temperature);
          if (token !== end) row.tokens.push(token);
          row.over = token === end || row.tokens.length >= first + NEW;
        });
        texts.replaceChildren(...rows.map((row) => el("li", {}, el("span", { class: "given" }, joined(numbers)), el("b", {}, (numbers.length ? separator : "") + joined(row.tokens.slice(first))))));
        requestAnimationFrame(step);
      };
      step();
    }
    const examples = (model.samples.texts ?? []).map((text) => el("button", { type: "button", click: () => { prompt.value = text; read(text); } }, text || tr("nothing")));
    const body = el("div", {}, el("label", { for: "prompt" }, tr("Your text")), prompt, fault, el("div", { class: "place" }, ...examples),
      el("p", { class: "hint" }, tr("Under each: how sure the network was of it before it came.")), letters, el("p", { class: "hint" }, tr("What follows:")), next);
    const wide = [el("div", { class: "place" }, el("label", {}, tr("careful"), " ", heat, " ", tr("wild")), warmth, el("button", { type: "button", class: "primary", click: write }, tr("Write"))), texts];
    return { body, wide, update: show, redraw: () => state.values && write(), start: () => { prompt.value = model.samples.texts?.[0] ?? ""; read(prompt.value); } };
  }

  /** Show a neuron large in the plot, or with -1 the answer again. */
  function showNeuron(at, unit, name) {
    if (inputs.kind !== "points") return;
    const same = at < 0 || (state.shown && state.shown.at === at && state.shown.unit === unit);
    state.shown = same || at === drawn.length - 1 ? null : { at, unit, column: drawn[at] };
    drawn.forEach((column, k) => column.tiles.forEach((tile) => tile.button.setAttribute("aria-pressed", String(Boolean(state.shown && k === at && tile.unit === unit)))));
    stage.back.hidden = !state.shown;
    stage.hint.hidden = !state.shown;
    stage.hint.textContent = state.shown ? tr("The plot shows {0}: blue where it is high, orange where it is low.", name) : "";
    stage.redraw();
  }

  // --- cards ----------------------------------------------------------------------------------------------------------
  const card = (title, ...content) => el("section", { class: "card" }, el("h2", {}, title), ...content);
  const verb = { points: tr("Drag the point"), images: inputs.shape && inputs.shape[2] === 1 ? tr("Draw") : tr("Choose an image"), table: tr("Change a value"), tokens: tr("Write") }[inputs.kind];
  const lit = { points: tr("The network, lit by your point"), images: tr("The network, lit by your image"), table: tr("The network, lit by your row"), tokens: tr("How the network goes on") }[inputs.kind];
  field.prepend(links);
  const note = inputs.kind === "points" ? tr("Choose a neuron to see its picture large.") : tr("Colour and border are a neuron's value: blue is high, orange is low.");
  const shown = stage.wide ?? [el("p", { class: "hint" }, note), el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": lit }, field)];
  main.append(card(plan && inputs.kind === "points" ? "" : verb, stage.body), el("section", { class: "card wide" }, el("h2", {}, plan ? tr("The network, as it learns") : lit), ...shown));
  const moments = model.film.epochs || model.live ? film() : null;
  if (moments) main.append(el("section", { class: "card film" }, ...moments.parts));
  const facts = document.getElementById("facts");
  let drawing = null;
  if (!plan && (model.curves.epoch || model.live)) {
    const lower = el("div", { class: "lower" });
    facts.replaceWith(lower);
    lower.append(facts, card(tr("Its loss"), (drawing = curve(model.curves, 600, 155, model.place))));
  }
  if (model.live) main.before(bar());

  /** How it learned: a slider over earlier moments, whose weights take the place of the last ones. */
  function film() {
    const whole = network.constants, numbers = Object.values(whole).reduce((sum, array) => sum + array.d.length, 1);
    const most = clamp(Math.floor(2e7 / numbers), 8, 120);
    let all = (model.film.epochs ?? []).map((epoch, at) => ({ epoch, place: model.film.places[at], packed: model.film.moments[at] }));
    all.push({ epoch: model.epoch, place: model.place, constants: whole });
    const placeOf = (one) => one.place ?? String(Number(one.epoch.toFixed(2)));
    let shown = all.length - 1, pictures = [], timer = 0;
    const opened = (packed) => Object.fromEntries(Object.entries(packed).map(([name, array]) => [name, unpacked(array)]));
    const constants = (one) => (one.constants ??= { ...whole, ...opened(one.packed) });
    const said = el("span", { class: "hint", role: "status" });
    const slider = el("input", { type: "range", min: 0, max: shown, value: shown, "aria-label": tr("Moment of the training"), input: () => stop(go(Number(slider.value))) });
    function go(at) {
      shown = at;
      network.constants = constants(all[at]);
      tell();
      redraw();
    }
    function tell() {
      slider.max = all.length - 1;
      slider.value = shown;
      said.textContent = tr("epoch {0} of {1}", placeOf(all[shown]), placeOf(all[all.length - 1]));
      slider.setAttribute("aria-valuetext", said.textContent);
      pictures.forEach((one) => one.button.setAttribute("aria-pressed", String(one.moment === all[shown])));
    }
    function stop() {
      clearInterval(timer);
      timer = 0;
      play.textContent = label;
    }
    const label = model.live ? tr("▶ Replay") : tr("▶ Play");
    const play = el("button", { type: "button", class: model.live ? "" : "primary", click: () => {
      if (timer) return stop();
      play.textContent = tr("❚❚ Pause");
      let at = shown % Math.max(1, all.length - 1);
      timer = setInterval(() => (go(at), at++ >= all.length - 1 && stop()), 200);
    } }, label);
    const strip = el("div", { class: "place" }, play, said);
    stage.film = () => {
      pictures.forEach((one) => one.button.remove());
      const last = all.length - 1;
      const chosen = inputs.kind === "points" && last ? [...new Set(Array.from({ length: 12 }, (_, k) => Math.round((k * last) / 11)))] : [];
      pictures = chosen.map((at) => {
        const moment = all[at], text = tr("Epoch {0}", placeOf(moment)), canvas = el("canvas", { width: MAP, height: MAP });
        const found = prediction(network.run({ [model.graph.inputs[0].name]: gridOf(MAP) }, constants(moment)));
        fill(canvas, MAP, MAP, (p) => predictionPixel(found, p));
        return { moment, button: el("button", { type: "button", class: "sample", "aria-label": text, title: text, click: () => stop(go(all.indexOf(moment))) }, canvas) };
      });
      strip.append(...pictures.map((one) => one.button));
      tell();
    };
    /** Append a moment; the page goes on to it unless an earlier one was chosen. */
    function add(epoch, arrays) {
      const before = all[shown], follows = shown === all.length - 1 && !timer;
      while (all.length && all[all.length - 1].epoch >= epoch) all.pop();
      if (all.length >= most) all = all.filter((_, at) => at % 2 === 0);
      all.push({ epoch, constants: { ...whole, ...arrays } });
      shown = Math.max(0, all.indexOf(before));
      if (follows || all[shown] !== before) go(all.length - 1);
      else tell();
    }
    tell();
    return { parts: [el("h2", {}, tr("How it learned")), strip, slider], add };
  }

  /** In a notebook: what asks for training, and listens to it. Whoever frames the page alone is heard. */
  function bar() {
    const send = (message) => parent.postMessage(message, "*");
    const button = (text, name, primary) => el("button", { type: "button", class: primary ? "primary" : "", click: () => send({ do: name() }) }, text);
    const play = button(tr("▶ Play"), () => (playing ? "pause" : "play"), true), step = button(tr("Step"), () => "step"), epoch = button(tr("Epoch"), () => "epoch");
    const rate = el("input", { type: "number", step: "any", min: 0, id: "rate", change: () => send({ do: "rate", value: rate.value }) });
    const said = el("span", { class: "hint" }), fault = el("span", { class: "fault", role: "alert" });
    const tools = el("span", { class: "place" }, play, step, epoch, el("label", { for: "rate" }, tr("Learning rate")), rate);
    let playing = false;
    function show(state) {
      if (playing && !state.playing) stage.film?.();
      playing = state.playing;
      play.textContent = playing ? tr("❚❚ Pause") : tr("▶ Play");
      step.disabled = epoch.disabled = playing;
      tools.hidden = !state.controls;
      if (document.activeElement !== rate || state.sentence) rate.value = state.rate;
      if (fault.textContent !== state.sentence) fault.textContent = state.sentence;
    }
    addEventListener("message", ({ source, data }) => {
      if (source !== parent) return;
      if (data.theme) {
        document.documentElement.dataset.theme = data.theme;
        restyle();
        stage.film?.();
      }
      if (data.state) show(data.state);
      if (data.epoch === undefined) return;
      said.textContent = data.text;
      const fresh = curve(data.curves);
      drawing.replaceWith(fresh);
      drawing = fresh;
      if (data.arrays.length) moments.add(data.epoch, Object.fromEntries(data.arrays.map(([name, shape], at) => [name, tensor(shape, new Float32Array(data.buffers[at]))])));
      if (!playing) stage.film?.();
      send({ drawn: data.epoch });
    });
    new ResizeObserver(() => send({ height: document.body.offsetHeight })).observe(document.body);
    return el("section", { class: "card tools", role: "group", "aria-label": tr("Training") }, tools, said, fault);
  }

  /** Losses over epochs as a drawing of `wide` by `high`. */
  function curve({ epoch = [], train = [], test = [] }, wide = 600, high = 155, place = String(Math.floor((epoch[epoch.length - 1] ?? 0) + 1e-6))) {
    const known = [...train, ...test].filter((v) => v !== null).sort((a, b) => a - b);
    const top = known[Math.floor(0.98 * (known.length - 1))] || 1, last = epoch[epoch.length - 1] || 1;
    const line = (values, name) => el("polyline", { class: name, points: values.map((v, k) => (v === null ? null : `${(40 + ((wide - 60) * epoch[k]) / last).toFixed(1)},${(high - 25 - (high - 40) * clamp(v / top, 0, 1)).toFixed(1)}`)).filter(Boolean).join(" ") });
    const text = (x, y, content, name = "") => el("text", { x, y, class: name }, content);
    return el("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": tr("Loss over {0} epochs", place) }, line(train, "train"), line(test, "test"),
      text(40, high - 5, "0"), el("text", { x: wide - 20, y: high - 5, "text-anchor": "end" }, tr("epoch {0}", place)), text(2, 20, top.toPrecision(2)), text(2, high - 23, "0"), text(wide - 200, 20, tr("training loss"), "train"), text(wide - 100, 20, tr("test loss"), "test"));
  }

  const actions = document.getElementById("actions");
  actions.append(el("button", { type: "button", "aria-label": tr("Light or dark"), title: tr("Light or dark"), click: () => {
    const dark = getComputedStyle(document.documentElement).getPropertyValue("--name").trim() === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    restyle();
    stage.film?.();
  } }, "◐"));
  if (model.weights) {
    const download = el("button", { type: "button", class: plan ? "" : "primary", click: () => {
      const bytes = Uint8Array.from(atob(model.weights), (letter) => letter.charCodeAt(0));
      const address = URL.createObjectURL(new Blob([plan ? weightsFile(bytes) : bytes], { type: "application/octet-stream" }));
      el("a", { href: address, download: `${model.file}.safetensors` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } }, plan ? tr("Download these weights") : tr("Download weights, {0} KB", Math.max(1, Math.round((model.weights.length * 0.75) / 1024))));
    (plan ? facts : actions).append(download);
    facts.append(el("details", {}, el("summary", {}, tr("Load the weights in Python")), el("pre", {}, el("code", {}, model.code))));
  }

  /** A .safetensors file of the weights as they are now; the page has its header, behind the number of its bytes. */
  function weightsFile(header) {
    const places = Object.entries(JSON.parse(new TextDecoder().decode(header.subarray(8)))).filter(([name]) => network.constants[name]);
    const bytes = new Uint8Array(header.length + Math.max(...places.map(([, { data_offsets }]) => data_offsets[1])));
    bytes.set(header);
    for (const [name, { data_offsets }] of places) bytes.set(new Uint8Array(network.constants[name].d.buffer), header.length + data_offsets[0]);
    return bytes;
  }

  /** Draw all with the colours and the weights as they are. */
  function redraw() {
    drawn.forEach(({ tiles }) => tiles.forEach((tile) => (tile.painted = false)));
    stage.redraw?.();
    if (state.links) updateLinks();
    if (state.values) update();
  }
  function restyle() {
    readColours();
    redraw();
  }
  readColours();
  stage.start();
  stage.film?.();
  if (plan) NumpyNet.trainer({ el, tr, model, network, inputs, outputs, stage, drawn, main, actions, facts, phone, curve, update, updateLinks, paintLinks });
  new ResizeObserver(() => (state.values || plan) && updateLinks()).observe(field);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (restyle(), stage.film?.()));
  globalThis.NumpyNet.state = state;
})();
