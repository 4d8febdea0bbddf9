// What a visitor sees and does. Texts of the network are set as texts, never as markup.
(function page() {
  "use strict";
  if (typeof document === "undefined") return;
  const model = JSON.parse(document.getElementById("model").textContent);
  const network = new NumpyNet.Network(model.graph);
  const { inputs, outputs } = model;
  const main = document.getElementById("main");
  const MAX_TILES = 10, MAX_LINKS = 90, MAP = 30, PLOT = 150;
  const state = { raw: {}, values: null, maps: null, shown: null };

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
  }
  const mix = (a, b, t) => a.map((v, k) => v + (b[k] - v) * t);
  const signedColour = (t) => (t < 0 ? mix(colours.zero, colours.negative, Math.min(1, -t)) : mix(colours.zero, colours.positive, Math.min(1, t)));
  const css = (c, alpha = 1) => `rgba(${c.map(Math.round).join(",")},${alpha})`;
  const classColour = (k) => colours.classes[k % 10];

  /** How far the second of two classes is above its threshold. */
  const above = (share) => share - outputs.threshold;

  /** The colour of a prediction: of classes by their shares, of values by their sign about the middle. */
  function predictionColour(answer, at) {
    if (outputs.kind !== "classes") return signedColour((answer.d[at * outputs.names.length] - outputs.middle[0]) / (2 * outputs.scale[0]));
    const count = outputs.names.length, shares = answer.d.subarray(at * count, (at + 1) * count);
    if (count === 2) return signedColour(above(shares[1]) / (above(shares[1]) > 0 ? 1 - outputs.threshold : outputs.threshold));
    const best = shares.indexOf(Math.max(...shares));
    return mix(colours.zero, classColour(best), clamp((shares[best] - 1 / count) / (1 - 1 / count), 0.1, 1));
  }

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
    title: inputs.kind === "images" ? "Image" : "Inputs", value: model.first, kernel: "",
    shape: inputs.kind === "images" ? inputs.shape : [inputs.names.length],
  };
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
      const names = last ? (outputs.one ? [outputs.names[1]] : outputs.names) : at === 0 ? inputs.names ?? ["image"] : null;
      const name = names ? names[unit] ?? "" : `${layer.title}, ${unit + 1}`;
      const button = el("button", { class: "tile", type: "button", "aria-label": name, click: () => showNeuron(at, unit, name) }, canvas);
      const label = names ? el("span", { class: "name", title: name }, name) : "";
      return { unit, name, canvas, value, button, box: el("div", { class: "unit" }, label, button, value) };
    });
    const more = count > tiles.length ? [el("p", { class: "more" }, `+ ${count - tiles.length} more`)] : [];
    const title = at === 0 || last ? (last ? "answer" : layer.title.toLowerCase()) : `${count} ${layer.shape.length === 3 ? "maps" : count === 1 ? "neuron" : "neurons"}`;
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

  /** Of points: each neuron over the plane, computed once by the network itself. */
  function computeMaps() {
    if (inputs.kind !== "points") return;
    state.maps = network.run({ [model.graph.inputs[0].name]: gridOf(MAP) });
    for (const column of drawn)
      for (const tile of column.tiles) {
        const read = (p) => units(state.maps, column.layer, p).read(tile.unit);
        const all = Array.from({ length: MAP * MAP }, (_, p) => read(p));
        const answers = column === drawn[drawn.length - 1];
        const top = Math.max(1e-9, ...all.map(Math.abs));
        paint(tile.canvas, MAP, MAP, (p) => answers && outputs.kind === "classes" && outputs.names.length === 2
          ? predictionColour(prediction(state.maps), p) : answers && outputs.kind === "classes"
          ? mix(colours.zero, classColour(tile.unit), clamp(all[p], 0, 1)) : signedColour(all[p] / top));
      }
  }

  function gridOf(count) {
    const flat = new Float32Array(2 * count * count), [low, high] = [inputs.low, inputs.high];
    for (let r = 0; r < count; r++)
      for (let c = 0; c < count; c++) {
        flat[2 * (r * count + c)] = low[0] + ((high[0] - low[0]) * (c + 0.5)) / count;
        flat[2 * (r * count + c) + 1] = high[1] - ((high[1] - low[1]) * (r + 0.5)) / count;
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
          if (tile.painted === colours) continue;
          tile.painted = colours;
          const [h, w, c] = column.layer.pixels, weight = (p) => pixels.d[p * c * pixels.s[1] + tile.unit];
          const peak = Array.from({ length: h * w }, (_, p) => Math.abs(weight(p))).reduce((a, b) => Math.max(a, b), 1e-9);
          paint(tile.canvas, h, w, (p) => signedColour(weight(p) / peak));
        } else if (inputs.kind !== "points") paint(tile.canvas, 1, 1, () => colour);
      }
    });
    updateLinks();
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
          found.push({ from, to, weight, lit: Math.abs((weight * from.v) / before.top) });
        }
    }
    found.sort((a, b) => Math.abs(b.weight) + b.lit - Math.abs(a.weight) - a.lit);
    links.replaceChildren(...found.slice(0, MAX_LINKS).map(({ from, to, weight, lit }) => {
      const [x, y] = place(from, false), [u, v] = place(to, true);
      const curve = across ? `M${x},${y} C${(x + u) / 2},${y} ${(x + u) / 2},${v} ${u},${v}` : `M${x},${y} C${x},${(y + v) / 2} ${u},${(y + v) / 2} ${u},${v}`;
      return el("path", { d: curve, stroke: css(weight < 0 ? colours.negative : colours.positive),
        "stroke-width": (0.5 + 5 * Math.abs(weight)).toFixed(2), opacity: clamp(0.12 + lit, 0.12, 0.95).toFixed(2) });
    }));
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

  function pointStage() {
    const name = model.graph.inputs[0].name;
    const canvas = el("canvas", { width: 848, height: 848, class: "plot", tabindex: 0, role: "img", "aria-label": "The plane; arrow keys move the point" });
    const bubble = el("div", { class: "bubble", "aria-hidden": "true" });
    const ground = el("canvas", { width: PLOT, height: PLOT });
    const [low, high] = [inputs.low, inputs.high];
    const fields = inputs.axes.map((label, axis) => el("input", { type: "number", step: "any", "aria-label": label, input: (event) => {
      const value = Number(event.target.value);
      if (Number.isFinite(value)) move(axis ? state.raw[name][0] : value, axis ? value : state.raw[name][1], false);
    } }));
    function move(x, y, writes = true) {
      state.raw[name] = [clamp(x, low[0], high[0]), clamp(y, low[1], high[1])];
      if (writes) fields.forEach((one, axis) => (one.value = state.raw[name][axis].toFixed(2)));
      update();
    }
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      move(low[0] + ((high[0] - low[0]) * (event.clientX - box.left)) / box.width, high[1] - ((high[1] - low[1]) * (event.clientY - box.top)) / box.height);
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      at(event);
    });
    canvas.addEventListener("pointermove", (event) => event.buttons && at(event));
    canvas.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!by) return;
      event.preventDefault();
      const step = (high[0] - low[0]) / (event.shiftKey ? 20 : 100);
      move(state.raw[name][0] + step * by[0], state.raw[name][1] + step * by[1]);
    });
    function drawGround() {
      if (state.shown) {
        const { column, unit } = state.shown;
        const values = network.run({ [name]: gridOf(PLOT) });
        const all = Array.from({ length: PLOT * PLOT }, (_, p) => units(values, column.layer, p).read(unit));
        const top = all.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-9);
        paint(ground, PLOT, PLOT, (p) => signedColour(all[p] / top));
      } else {
        const found = prediction(network.run({ [name]: gridOf(PLOT) }));
        paint(ground, PLOT, PLOT, (p) => predictionColour(found, p));
      }
      draw();
    }
    const pixel = (x, y) => [((x - low[0]) / (high[0] - low[0])) * canvas.width, ((high[1] - y) / (high[1] - low[1])) * canvas.height];
    function draw() {
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(ground, 0, 0, canvas.width, canvas.height);
      for (const [part, line] of [["train", "#ffffff"], ["test", "#111827"]])
        for (const [x, y, label] of model.samples[part] ?? []) {
          const [u, v] = pixel(x, y);
          const colour = outputs.kind === "values" ? signedColour((label - outputs.middle[0]) / (2 * outputs.scale[0])) : outputs.names.length === 2 ? signedColour(2 * label - 1) : classColour(label);
          context.beginPath();
          context.arc(u, v, 7, 0, 7);
          context.fillStyle = css(colour);
          context.fill();
          context.lineWidth = 2;
          context.strokeStyle = line;
          context.stroke();
        }
      if (!state.raw[name]) return;
      const [u, v] = pixel(...state.raw[name]);
      for (const [radius, colour] of [[22, "#ffffff"], [17, css(colours.accent ?? [37, 99, 235])], [8, "#ffffff"]]) {
        context.beginPath();
        context.arc(u, v, radius, 0, 7);
        context.fillStyle = colour;
        context.fill();
      }
      bubble.textContent = state.text ?? "";
      const left = u / canvas.width > 0.6;
      bubble.style.left = `${(100 * u) / canvas.width}%`;
      bubble.style.top = `${(100 * v) / canvas.height}%`;
      bubble.classList.toggle("left", left);
    }
    const legend = model.samples.train ? el("p", { class: "hint" }, "White ring: learned from. Dark ring: kept for the test.") : "";
    const hint = el("p", { class: "hint shown", hidden: true }, "");
    const back = el("button", { type: "button", hidden: true, click: () => showNeuron(-1) }, "Back to the answer");
    const body = el("div", {}, el("div", { class: "plotbox" }, canvas, bubble), el("div", { class: "place" }, ...fields.map((field, axis) => el("label", {}, `${inputs.axes[axis]} `, field)), back), hint, legend, answer);
    const start = model.samples.test?.[0] ?? [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
    return { body, start: () => { drawGround(); move(start[0], start[1]); }, update: draw, redraw: drawGround, back, hint };
  }

  function imageStage() {
    const name = model.graph.inputs[0].name, [h, w, c] = inputs.shape;
    const sheet = el("canvas", { width: 280, height: 280, class: "pad", tabindex: 0, role: "img", "aria-label": "Draw here" });
    const context = sheet.getContext("2d", { willReadFrequently: true });
    const seen = el("canvas", { width: w, height: h, class: "seen", role: "img", "aria-label": "What the network sees" });
    const back = el("canvas", { width: w, height: h, class: "seen", role: "img", "aria-label": "What the network gives back" });
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
    const chooser = el("input", { type: "file", accept: "image/*", "aria-label": "Choose an image", change: async (event) => {
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
      return el("button", { type: "button", class: "sample", "aria-label": `Test image ${k + 1}`, click: () => show(raw) }, picture);
    });
    const pad = c === 1 ? [el("div", { class: "plotbox" }, sheet, seen)] : [el("div", { class: "plotbox" }, seen)];
    seen.classList.toggle("large", c !== 1);
    const given = outputs.kind === "images" ? [el("p", { class: "hint" }, "What the network gives back:"), back] : [];
    back.classList.add("large", "small");
    const body = el("div", {}, ...pad, ...given, el("div", { class: "place" }, el("button", { type: "button", click: clear }, "Clear"), el("label", { class: "choose" }, "Choose an image", chooser)), el("div", { class: "samples" }, ...samples), answer);
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
    const seen = (token) => ({ "\n": "⏎", " ": "␣", "\t": "⇥", "\ufffd": "other" })[token] ?? token;
    const cut = (text) => (separator ? text.match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu) ?? [] : [...text]);
    const joined = (numbers) => numbers.map((k) => vocabulary[k]).join(separator).replace(/\n+$/, "");
    const begun = (numbers) => (end >= 0 ? [end, ...numbers] : numbers).slice(-length);
    const filled = (numbers) => Array.from({ length }, (_, k) => vocabulary[numbers[k] ?? fill]);
    let numbers = [], writing = 0;
    const prompt = el("input", { id: "prompt", type: "text", maxlength: 2000, autocomplete: "off", spellcheck: "false", input: () => read(prompt.value) });
    const fault = el("p", { class: "hint", role: "alert" }), letters = el("div", { class: "letters" }), next = el("div", { class: "answer", role: "status" });
    const heat = el("input", { type: "range", min: 0, max: 2, step: 0.1, value: 0.8, "aria-label": "Temperature", input: write }), warmth = el("b", {}, "0.8");
    const texts = el("ol", { class: "texts" });
    function read(text) {
      const tokens = cut(text), other = known.get("\ufffd"), strange = tokens.find((token) => !known.has(token));
      fault.textContent = strange !== undefined && other === undefined ? `The network knows no ${strange}` : "";
      numbers = tokens.filter((token) => known.has(token) || other !== undefined).map((token) => known.get(token) ?? other);
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
      }), el("p", { class: "hint" }, order.length > BARS ? `${order.length - BARS} more share ${percent(rest)}` : ""));
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
    const examples = (model.samples.texts ?? []).map((text) => el("button", { type: "button", click: () => { prompt.value = text; read(text); } }, text || "nothing"));
    const body = el("div", {}, el("label", { for: "prompt" }, "Your text"), prompt, fault, el("div", { class: "place" }, ...examples),
      el("p", { class: "hint" }, "Under each: how sure the network was of it before it came."), letters, el("p", { class: "hint" }, "What follows:"), next);
    const wide = [el("div", { class: "place" }, el("label", {}, "careful ", heat, " wild"), warmth, el("button", { type: "button", class: "primary", click: write }, "Write")), texts];
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
    stage.hint.textContent = state.shown ? `The plot shows ${name}: blue where it is high, orange where it is low.` : "";
    stage.redraw();
  }

  // --- cards ----------------------------------------------------------------------------------------------------------
  const card = (title, ...content) => el("section", { class: "card" }, el("h2", {}, title), ...content);
  const verb = { points: "Drag the point", images: inputs.shape && inputs.shape[2] === 1 ? "Draw" : "Choose an image", table: "Change a value", tokens: "Write" }[inputs.kind];
  const lit = { points: "The network, lit by your point", images: "The network, lit by your image", table: "The network, lit by your row", tokens: "How the network goes on" }[inputs.kind];
  field.prepend(links);
  const note = inputs.kind === "points" ? "Choose a neuron to see its picture large." : "Colour and border are a neuron's value: blue is high, orange is low.";
  const shown = stage.wide ?? [el("p", { class: "hint" }, note), el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": lit }, field)];
  main.append(card(verb, stage.body), el("section", { class: "card wide" }, el("h2", {}, lit), ...shown));
  const moments = model.film.epochs || model.live ? film() : null;
  if (moments) main.append(el("section", { class: "card film" }, ...moments.parts));
  const facts = document.getElementById("facts");
  let drawing = null;
  if (model.curves.epoch || model.live) {
    const lower = el("div", { class: "lower" });
    facts.replaceWith(lower);
    lower.append(facts, card("Its loss", (drawing = curve(model.curves))));
  }
  if (model.live) main.before(bar());

  /** How it learned: a slider over earlier moments, whose weights take the place of the last ones. */
  function film() {
    const whole = network.constants, numbers = Object.values(whole).reduce((sum, array) => sum + array.d.length, 1);
    const most = clamp(Math.floor(2e7 / numbers), 8, 120);
    let all = (model.film.epochs ?? []).map((epoch, at) => ({ epoch, packed: model.film.moments[at] }));
    all.push({ epoch: model.epoch, constants: whole });
    let shown = all.length - 1, pictures = [], timer = 0;
    const opened = (packed) => Object.fromEntries(Object.entries(packed).map(([name, array]) => [name, unpacked(array)]));
    const constants = (one) => (one.constants ??= { ...whole, ...opened(one.packed) });
    const said = el("span", { class: "hint", role: "status" });
    const slider = el("input", { type: "range", min: 0, max: shown, value: shown, "aria-label": "Moment of the training", input: () => stop(go(Number(slider.value))) });
    function go(at) {
      shown = at;
      network.constants = constants(all[at]);
      tell();
      restyle();
    }
    function tell() {
      slider.max = all.length - 1;
      slider.value = shown;
      said.textContent = `epoch ${Number(all[shown].epoch.toFixed(2))} of ${Number(all[all.length - 1].epoch.toFixed(2))}`;
      slider.setAttribute("aria-valuetext", said.textContent);
      pictures.forEach((one) => one.button.setAttribute("aria-pressed", String(one.moment === all[shown])));
    }
    function stop() {
      clearInterval(timer);
      timer = 0;
      play.textContent = label;
    }
    const label = model.live ? "▶ Replay" : "▶ Play";
    const play = el("button", { type: "button", class: model.live ? "" : "primary", click: () => {
      if (timer) return stop();
      play.textContent = "❚❚ Pause";
      let at = shown % Math.max(1, all.length - 1);
      timer = setInterval(() => (go(at), at++ >= all.length - 1 && stop()), 200);
    } }, label);
    const strip = el("div", { class: "place" }, play, said);
    stage.film = () => {
      pictures.forEach((one) => one.button.remove());
      const last = all.length - 1;
      const chosen = inputs.kind === "points" && last ? [...new Set(Array.from({ length: 12 }, (_, k) => Math.round((k * last) / 11)))] : [];
      pictures = chosen.map((at) => {
        const moment = all[at], text = `Epoch ${Math.round(moment.epoch)}`, canvas = el("canvas", { width: MAP, height: MAP });
        const found = prediction(network.run({ [model.graph.inputs[0].name]: gridOf(MAP) }, constants(moment)));
        paint(canvas, MAP, MAP, (p) => predictionColour(found, p));
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
    return { parts: [el("h2", {}, "How it learned"), strip, slider], add };
  }

  /** In a notebook: what asks for training, and listens to it. Whoever frames the page alone is heard. */
  function bar() {
    const send = (message) => parent.postMessage(message, "*");
    const button = (text, name, primary) => el("button", { type: "button", class: primary ? "primary" : "", click: () => send({ do: name() }) }, text);
    const play = button("▶ Play", () => (playing ? "pause" : "play"), true), step = button("Step", () => "step"), epoch = button("Epoch", () => "epoch");
    const rate = el("input", { type: "number", step: "any", min: 0, id: "rate", change: () => send({ do: "rate", value: rate.value }) });
    const said = el("span", { class: "hint" }), fault = el("span", { class: "fault", role: "alert" });
    const tools = el("span", { class: "place" }, play, step, epoch, el("label", { for: "rate" }, "Learning rate"), rate);
    let playing = false;
    function show(state) {
      if (playing && !state.playing) stage.film?.();
      playing = state.playing;
      play.textContent = playing ? "❚❚ Pause" : "▶ Play";
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
    return el("section", { class: "card tools", role: "group", "aria-label": "Training" }, tools, said, fault);
  }

  function curve({ epoch = [], train = [], test = [] }) {
    const known = [...train, ...test].filter((v) => v !== null).sort((a, b) => a - b);
    const top = known[Math.floor(0.98 * (known.length - 1))] || 1, last = epoch[epoch.length - 1] || 1;
    const line = (values, name) => el("polyline", { class: name, points: values.map((v, k) => (v === null ? null : `${(40 + (540 * epoch[k]) / last).toFixed(1)},${(130 - 115 * clamp(v / top, 0, 1)).toFixed(1)}`)).filter(Boolean).join(" ") });
    const text = (x, y, content, name = "") => el("text", { x, y, class: name }, content);
    const svg = el("svg", { viewBox: "0 0 600 155", role: "img", "aria-label": `Loss over ${last} epochs` }, line(train, "train"), line(test, "test"),
      text(40, 150, "0"), text(525, 150, `epoch ${Math.round(last)}`), text(2, 20, top.toPrecision(2)), text(2, 132, "0"), text(400, 20, "training loss", "train"), text(500, 20, "test loss", "test"));
    return svg;
  }

  const actions = document.getElementById("actions");
  actions.append(el("button", { type: "button", "aria-label": "Light or dark", title: "Light or dark", click: () => {
    const dark = getComputedStyle(document.documentElement).getPropertyValue("--name").trim() === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    restyle();
    stage.film?.();
  } }, "◐"));
  if (model.weights) {
    actions.append(el("button", { type: "button", class: "primary", click: () => {
      const bytes = Uint8Array.from(atob(model.weights), (letter) => letter.charCodeAt(0));
      const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
      el("a", { href: address, download: `${model.file}.safetensors` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } }, `Download weights, ${Math.max(1, Math.round((model.weights.length * 0.75) / 1024))} KB`));
    facts.append(el("details", {}, el("summary", {}, "Load the weights in Python"), el("pre", {}, el("code", {}, model.code))));
  }

  function restyle() {
    readColours();
    computeMaps();
    stage.redraw?.();
    if (state.values) update();
  }
  readColours();
  computeMaps();
  stage.start();
  stage.film?.();
  new ResizeObserver(() => state.values && updateLinks()).observe(field);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (restyle(), stage.film?.()));
  globalThis.NumpyNet.state = state;
})();
