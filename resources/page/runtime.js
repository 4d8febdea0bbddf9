// Runs a network of this page: a table of operators in ONNX's words, each on whole batches.
// A tensor is {s: shape, d: numbers}; the class of `d` is its type, an Array holds texts.
"use strict";

const TYPES = { float32: Float32Array, float64: Float64Array, int64: Int32Array, bool: Uint8Array };
const size = (shape) => shape.reduce((a, b) => a * b, 1);
const tensor = (s, d) => ({ s, d });
/** The arrays of a run that is made again and again: the k-th of one run serves as the k-th of the next. */
let arena = null;
function made(like, shape) {
  const count = size(shape);
  if (Array.isArray(like)) return new Array(count);
  const kept = arena && arena.arrays[arena.at];
  const d = kept && kept.length === count && kept.constructor === like.constructor ? kept : new like.constructor(count);
  if (arena) arena.arrays[arena.at++] = d;
  return d;
}

/** `call()` with the arrays of `kept`, {arrays: [], at: 0}; its tensors live until the next call with them. */
function reusing(kept, call) {
  const before = arena;
  arena = kept;
  kept.at = 0;
  try {
    return call();
  } finally {
    arena = before;
  }
}

const axisOf = (axis, rank) => (axis < 0 ? axis + rank : axis);

/** The strides of `shape` seen as `wanted`, to which it is broadcast; 0 repeats. */
function stridesTo(shape, wanted) {
  const strides = new Array(wanted.length).fill(0);
  let step = 1;
  for (let k = shape.length - 1, at = wanted.length - 1; k >= 0; k--, at--) {
    if (shape[k] !== 1) strides[at] = step;
    step *= shape[k];
  }
  return strides;
}

function broadcast(...shapes) {
  const rank = Math.max(...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, k) => {
    const sizes = shapes.map((s) => s[k - rank + s.length] ?? 1).filter((n) => n !== 1);
    return sizes.length ? sizes[0] : 1;
  });
}

/** `call(...values)` for each place of tensors that are broadcast; `out` is the array to fill, by shape. */
function elementwise(call, tensors, out) {
  const shape = broadcast(...tensors.map((t) => t.s));
  const d = out(shape);
  const data = tensors.map((t) => t.d);
  if (tensors.every((t) => t.d.length === d.length)) {
    const [a, b, c] = data;
    for (let i = 0; i < d.length; i++) d[i] = call(a[i], b && b[i], c && c[i]);
    return tensor(shape, d);
  }
  const strides = tensors.map((t) => stridesTo(t.s, shape));
  const index = new Array(shape.length).fill(0);
  const at = tensors.map(() => 0);
  for (let i = 0; i < d.length; i++) {
    d[i] = call(data[0][at[0]], data[1][at[1]], data[2] && data[2][at[2]]);
    for (let k = shape.length - 1; k >= 0; k--) {
      index[k]++;
      for (let t = 0; t < at.length; t++) at[t] += strides[t][k];
      if (index[k] < shape[k]) break;
      for (let t = 0; t < at.length; t++) at[t] -= strides[t][k] * shape[k];
      index[k] = 0;
    }
  }
  return tensor(shape, d);
}

const binary = (call) => (a, b) => elementwise(call, [a, b], (shape) => made(a.d, shape));
const compared = (call) => (a, b) => elementwise(call, [a, b], (shape) => new Uint8Array(size(shape)));
const unary = (call) => (x) => {
  const d = made(x.d, x.s);
  for (let i = 0; i < d.length; i++) d[i] = call(x.d[i]);
  return tensor(x.s, d);
};
const tested = (call) => (x) => tensor(x.s, Uint8Array.from(x.d, (v) => (call(v) ? 1 : 0)));

/** The error function to 1e-15: its series, and for large x the continued fraction of its complement. */
function erf(x) {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = a;
  for (let n = 60; n > 0; n--) fraction = a + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction));
}

let row = new Float64Array(64);

/** The product of matrices, each row beginning with `bias`, (n,), where there is one. */
function matmul(a, b, bias = null) {
  const [k, n] = b.s.slice(-2);
  const m = a.s.length > 1 ? a.s[a.s.length - 2] : 1;
  const outer = broadcast(a.s.slice(0, -2), b.s.slice(0, -2));
  const stepsA = stridesTo(a.s.slice(0, -2), outer), stepsB = stridesTo(b.s.slice(0, -2), outer);
  const shape = [...outer, ...(a.s.length > 1 ? [m] : []), n];
  const d = made(a.d, shape);
  if (row.length < n) row = new Float64Array(n);
  for (let o = 0; o < size(outer); o++) {
    let left = o, at = 0, bt = 0;
    for (let q = outer.length - 1; q >= 0; q--) {
      at += (left % outer[q]) * stepsA[q];
      bt += (left % outer[q]) * stepsB[q];
      left = Math.floor(left / outer[q]);
    }
    at *= m * k;
    bt *= k * n;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) row[j] = bias ? bias.d[j] : 0;
      for (let q = 0; q < k; q++) {
        const v = a.d[at + i * k + q];
        if (v !== 0) for (let j = 0, p = bt + q * n; j < n; j++) row[j] += v * b.d[p + j];
      }
      for (let j = 0, out = (o * m + i) * n; j < n; j++) d[out + j] = row[j];
    }
  }
  return tensor(shape, d);
}

/** Gradients of both matrices of a product from that of the product, (m, n); null for one that is not wanted. */
function matmulBack(a, b, g, wanted) {
  const [m, k] = a.s, n = b.s[1], left = wanted[0] && made(a.d, a.s), right = wanted[1] && made(b.d, b.s);
  if (row.length < n) row = new Float64Array(n);
  if (left)
    for (let i = 0; i < m; i++)
      for (let q = 0; q < k; q++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += g.d[i * n + j] * b.d[q * n + j];
        left[i * k + q] = sum;
      }
  if (right)
    for (let q = 0; q < k; q++) {
      for (let j = 0; j < n; j++) row[j] = 0;
      for (let i = 0; i < m; i++) {
        const v = a.d[i * k + q];
        if (v !== 0) for (let j = 0; j < n; j++) row[j] += v * g.d[i * n + j];
      }
      for (let j = 0; j < n; j++) right[q * n + j] = row[j];
    }
  return [left && tensor(a.s, left), right && tensor(b.s, right)];
}

/** A gradient summed over the axes along which a tensor of `shape` was repeated. */
function unbroadcast(g, shape) {
  if (size(shape) === g.d.length) return tensor(shape, g.d);
  if (shape.length === 1 && shape[0] === g.s[g.s.length - 1]) {
    // A bias: one row was added to all.
    const d = made(g.d, shape), n = shape[0];
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let i = k; i < g.d.length; i += n) sum += g.d[i];
      d[k] = sum;
    }
    return tensor(shape, d);
  }
  const steps = stridesTo(shape, g.s);
  const axes = g.s.map((n, k) => k).filter((k) => steps[k] === 0 && g.s[k] !== 1);
  return tensor(shape, reduced(g, axes, 1).d);
}

function transpose(x, perm) {
  const shape = perm.map((k) => x.s[k]);
  const steps = x.s.map((_, k) => size(x.s.slice(k + 1)));
  const d = made(x.d, shape);
  const index = new Array(shape.length).fill(0);
  for (let i = 0, at = 0; i < d.length; i++) {
    d[i] = x.d[at];
    for (let k = shape.length - 1; k >= 0; k--) {
      at += steps[perm[k]];
      if (++index[k] < shape[k]) break;
      at -= steps[perm[k]] * shape[k];
      index[k] = 0;
    }
  }
  return tensor(shape, d);
}

/** Each run of numbers along `axis` through `call(read, write, count)`. */
function along(x, axis, call) {
  const a = axisOf(axis, x.s.length), count = x.s[a], inner = size(x.s.slice(a + 1)), d = made(x.d, x.s);
  for (let start = 0; start < x.d.length; start += count * inner)
    for (let k = 0; k < inner; k++)
      call((i) => x.d[start + k + i * inner], (i, v) => (d[start + k + i * inner] = v), count);
  return tensor(x.s, d);
}

function reduced(x, axes, keep, mean = false, join = (a, b) => a + b, start = 0) {
  const chosen = new Set((axes ?? x.s.map((_, k) => k)).map((k) => axisOf(k, x.s.length)));
  const kept = x.s.map((n, k) => (chosen.has(k) ? 1 : n));
  const sums = new Float64Array(size(kept)).fill(start), steps = stridesTo(kept, x.s);
  const index = new Array(x.s.length).fill(0);
  for (let i = 0, at = 0; i < x.d.length; i++) {
    sums[at] = join(sums[at], x.d[i]);
    for (let k = x.s.length - 1; k >= 0; k--) {
      at += steps[k];
      if (++index[k] < x.s[k]) break;
      at -= steps[k] * x.s[k];
      index[k] = 0;
    }
  }
  const d = made(x.d, kept), by = mean ? x.d.length / sums.length : 1;
  sums.forEach((v, i) => (d[i] = v / by));
  return tensor(keep === 0 ? x.s.filter((_, k) => !chosen.has(k)) : kept, d);
}

function unsqueezed(x, axes) {
  const rank = x.s.length + axes.length, left = [...x.s], added = new Set(axes.map((k) => axisOf(k, rank)));
  return tensor(Array.from({ length: rank }, (_, k) => (added.has(k) ? 1 : left.shift())), x.d);
}

/** Windows over one or two spatial axes of (n, channels, ...): `visit(sample, channel, out place, window)`. */
function windowed(x, at, filters, fill) {
  const flat = at.kernel_shape.length === 1; // of a sequence: one row
  const [, , h, w] = flat ? [x.s[0], x.s[1], 1, x.s[2]] : x.s;
  const two = (v, other) => (flat ? [other, v[0]] : v);
  const [kh, kw] = two(at.kernel_shape, 1), [sh, sw] = two(at.strides ?? [1, 1], 1);
  const [dh, dw] = two(at.dilations ?? [1, 1], 1);
  const pads = at.pads ?? [0, 0, 0, 0];
  const [top, left, bottom, right] = flat ? [0, pads[0], 0, pads[1]] : pads;
  const oh = Math.floor((h + top + bottom - dh * (kh - 1) - 1) / sh) + 1;
  const ow = Math.floor((w + left + right - dw * (kw - 1) - 1) / sw) + 1;
  const shape = [x.s[0], filters, ...(flat ? [ow] : [oh, ow])];
  const d = made(x.d, shape);
  for (let n = 0, out = 0; n < x.s[0]; n++)
    for (let f = 0; f < filters; f++)
      for (let r = 0; r < oh; r++)
        for (let c = 0; c < ow; c++)
          d[out++] = fill(n, f, (call) => {
            for (let i = 0; i < kh; i++)
              for (let j = 0; j < kw; j++) {
                const y = r * sh + i * dh - top, z = c * sw + j * dw - left;
                if (y >= 0 && y < h && z >= 0 && z < w) call(y * w + z, i * kw + j);
              }
          }, kh * kw, h * w);
  return tensor(shape, d);
}

function conv(x, kernel, bias, at) {
  const [filters, channels] = kernel.s;
  return windowed(x, { ...at, kernel_shape: kernel.s.slice(2) }, filters, (n, f, each, taps, area) => {
    const group = Math.floor((f * (at.group ?? 1)) / filters) * channels;
    let sum = bias ? bias.d[f] : 0;
    each((pixel, tap) => {
      for (let c = 0; c < channels; c++)
        sum += x.d[(n * x.s[1] + group + c) * area + pixel] * kernel.d[(f * channels + c) * taps + tap];
    });
    return sum;
  });
}

const pool = (start, join, end) => (x, at) =>
  windowed(x, at, x.s[1], (n, f, each, taps, area) => {
    let value = start, count = 0;
    each((pixel) => {
      value = join(value, x.d[(n * x.s[1] + f) * area + pixel]);
      count++;
    });
    return end(value, at.count_include_pad ? taps : count);
  });

function gather(x, index, axis) {
  const a = axisOf(axis, x.s.length), inner = size(x.s.slice(a + 1)), outer = size(x.s.slice(0, a));
  const shape = [...x.s.slice(0, a), ...index.s, ...x.s.slice(a + 1)], d = made(x.d, shape);
  let out = 0;
  for (let o = 0; o < outer; o++)
    for (const i of index.d)
      for (let k = 0; k < inner; k++) d[out++] = x.d[(o * x.s[a] + axisOf(i, x.s[a])) * inner + k];
  return tensor(shape, d);
}

function concat(parts, axis) {
  const a = axisOf(axis, parts[0].s.length);
  const shape = parts[0].s.map((n, k) => (k === a ? parts.reduce((sum, p) => sum + p.s[a], 0) : n));
  const d = made(parts[0].d, shape), outer = size(shape.slice(0, a));
  for (let o = 0, out = 0; o < outer; o++)
    for (const part of parts)
      for (let k = 0, run = part.d.length / outer; k < run; k++) d[out++] = part.d[o * run + k];
  return tensor(shape, d);
}

function softmax(read, write, count) {
  let top = -Infinity, sum = 0;
  for (let i = 0; i < count; i++) top = Math.max(top, read(i));
  for (let i = 0; i < count; i++) sum += Math.exp(read(i) - top);
  for (let i = 0; i < count; i++) write(i, Math.exp(read(i) - top) / sum);
}

/** y (g - sum of y g) along an axis. */
function softmaxBack(y, g, axis) {
  const own = times(y, g), sums = reduced(own, [axis], 1);
  return binary((u, v) => u - v)(own, times(y, sums));
}

function layerNorm(x, scale, bias, at) {
  const axis = axisOf(at.axis ?? -1, x.s.length), rows = size(x.s.slice(0, axis)), count = x.d.length / rows;
  const d = made(x.d, x.s);
  for (let r = 0; r < rows; r++) {
    let mean = 0, square = 0;
    for (let i = 0; i < count; i++) mean += x.d[r * count + i] / count;
    for (let i = 0; i < count; i++) square += (x.d[r * count + i] - mean) ** 2 / count;
    const by = Math.sqrt(square + (at.epsilon ?? 1e-5));
    for (let i = 0; i < count; i++)
      d[r * count + i] = ((x.d[r * count + i] - mean) / by) * scale.d[i] + (bias ? bias.d[i] : 0);
  }
  return tensor(x.s, d);
}

function batchNorm(x, scale, bias, mean, variance, at) {
  const inner = size(x.s.slice(2));
  const d = made(x.d, x.s);
  for (let i = 0; i < d.length; i++) {
    const c = Math.floor(i / inner) % x.s[1];
    d[i] = ((x.d[i] - mean.d[c]) / Math.sqrt(variance.d[c] + (at.epsilon ?? 1e-5))) * scale.d[c] + bias.d[c];
  }
  return tensor(x.s, d);
}

function reshape(x, wanted) {
  const shape = Array.from(wanted, (n, k) => (n === 0 ? x.s[k] : n));
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = -x.d.length / size(shape);
  return tensor(shape, x.d);
}

function gemm(a, b, c, at) {
  const left = at.transA ? transpose(a, [1, 0]) : a, right = at.transB ? transpose(b, [1, 0]) : b;
  const plain = c && c.s.length === 1 && c.s[0] === right.s[1] && (at.alpha ?? 1) === 1 && (at.beta ?? 1) === 1;
  if (plain) return matmul(left, right, c);
  let product = matmul(left, right);
  if ((at.alpha ?? 1) !== 1) product = unary((v) => v * at.alpha)(product);
  return c ? binary((u, v) => u + (at.beta ?? 1) * v)(product, c) : product;
}

function argMax(x, axis, keep) {
  const a = axisOf(axis ?? 0, x.s.length), inner = size(x.s.slice(a + 1)), found = [];
  for (let start = 0; start < x.d.length; start += x.s[a] * inner)
    for (let k = 0; k < inner; k++) {
      let best = 0;
      for (let i = 1; i < x.s[a]; i++) if (x.d[start + k + i * inner] > x.d[start + k + best * inner]) best = i;
      found.push(best);
    }
  const shape = x.s.map((n, k) => (k === a ? 1 : n));
  return tensor(keep === 0 ? shape.filter((_, k) => k !== a) : shape, Int32Array.from(found));
}

function cast(x, to) {
  if (!TYPES[to]) throw new Error(`Cast to ${to} is not in this page`);
  return tensor(x.s, TYPES[to].from(x.d, to === "bool" ? (v) => (v ? 1 : 0) : to === "int64" ? Math.trunc : undefined));
}

function labelEncoder(x, at) {
  const keys = at.keys_strings ?? at.keys_int64s, values = at.values_int64s ?? at.values_strings;
  const other = at.values_int64s ? at.default_int64 ?? -1 : at.default_string ?? "_Unused";
  const of = new Map(keys.map((key, i) => [key, values[i]]));
  const found = Array.from(x.d, (key) => of.get(key) ?? other);
  return tensor(x.s, at.values_int64s ? Int32Array.from(found) : found);
}

/** An operator that can learn: `back(inputs, output, gradient, wanted, attributes)` gives its inputs' gradients. */
const learns = (run, back) => Object.assign(run, { back });
/** Of a function of single numbers, whose slope is `call(x, y)`. */
const slope = (call) => {
  const whole = (x, y, g) => g * call(x, y);
  return ([x], y, g) => [elementwise(whole, [x, y, g], (shape) => made(x.d, shape))];
};
const times = (a, b) => binary((u, v) => u * v)(a, b);

/** `(inputs, attributes) -> output` by ONNX's name; what is not here is refused when the page is written. */
const OPERATORS = {
  Abs: ([x]) => unary(Math.abs)(x),
  Add: learns(
    ([a, b]) => binary((u, v) => u + v)(a, b),
    ([a, b], y, g, wanted) => [wanted[0] && unbroadcast(g, a.s), wanted[1] && unbroadcast(g, b.s)],
  ),
  And: ([a, b]) => compared((u, v) => u && v)(a, b),
  ArgMax: ([x], at) => argMax(x, at.axis, at.keepdims),
  AveragePool: ([x], at) => pool(0, (sum, v) => sum + v, (sum, count) => sum / count)(x, at),
  BatchNormalization: ([x, scale, bias, mean, variance], at) => batchNorm(x, scale, bias, mean, variance, at),
  Cast: ([x], at) => cast(x, at.to),
  Clip: ([x, low, high]) => unary((v) => Math.min(Math.max(v, low ? low.d[0] : -Infinity), high ? high.d[0] : Infinity))(x),
  Concat: (parts, at) => concat(parts, at.axis),
  Conv: ([x, kernel, bias], at) => conv(x, kernel, bias, at),
  Cos: ([x]) => unary(Math.cos)(x),
  Div: ([a, b]) => binary((u, v) => u / v)(a, b),
  Elu: learns(
    ([x], at) => unary((v) => (v > 0 ? v : (at.alpha ?? 1) * Math.expm1(v)))(x),
    ([x], y, g, wanted, at) => slope((u, v) => (u > 0 ? 1 : v + (at.alpha ?? 1)))([x], y, g),
  ),
  Equal: ([a, b]) => compared((u, v) => u === v)(a, b),
  Erf: learns(([x]) => unary(erf)(x), slope((x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x))),
  Exp: ([x]) => unary(Math.exp)(x),
  Flatten: learns(
    ([x], at) => tensor([size(x.s.slice(0, at.axis ?? 1)), size(x.s.slice(at.axis ?? 1))], x.d),
    ([x], y, g) => [tensor(x.s, g.d)],
  ),
  Gather: ([x, index], at) => gather(x, index, at.axis ?? 0),
  Gemm: learns(
    ([a, b, c], at) => gemm(a, b, c, at),
    ([a, b, c], y, g, wanted) => [...matmulBack(a, b, g, wanted), c && wanted[2] && unbroadcast(g, c.s)],
  ),
  Greater: ([a, b]) => compared((u, v) => u > v)(a, b),
  HardSigmoid: ([x], at) => unary((v) => Math.min(1, Math.max(0, (at.alpha ?? 0.2) * v + (at.beta ?? 0.5))))(x),
  Identity: learns(([x]) => x, ([x], y, g) => [g]),
  IsInf: ([x]) => tested((v) => Math.abs(v) === Infinity)(x),
  IsNaN: ([x]) => tested(Number.isNaN)(x),
  LabelEncoder: ([x], at) => labelEncoder(x, at),
  LayerNormalization: ([x, scale, bias], at) => layerNorm(x, scale, bias, at),
  LeakyRelu: learns(
    ([x], at) => unary((v) => (v < 0 ? (at.alpha ?? 0.01) * v : v))(x),
    ([x], y, g, wanted, at) => slope((u) => (u > 0 ? 1 : at.alpha ?? 0.01))([x], y, g),
  ),
  Less: ([a, b]) => compared((u, v) => u < v)(a, b),
  MatMul: learns(([a, b]) => matmul(a, b), ([a, b], y, g, wanted) => matmulBack(a, b, g, wanted)),
  MaxPool: ([x], at) => pool(-Infinity, Math.max, (top) => top)(x, at),
  Mul: learns(
    ([a, b]) => binary((u, v) => u * v)(a, b),
    ([a, b], y, g, wanted) => [wanted[0] && unbroadcast(times(g, b), a.s), wanted[1] && unbroadcast(times(g, a), b.s)],
  ),
  Neg: ([x]) => unary((v) => -v)(x),
  Or: ([a, b]) => compared((u, v) => u || v)(a, b),
  ReduceMean: ([x, axes], at) => reduced(x, at.axes ?? (axes && Array.from(axes.d)), at.keepdims, true),
  ReduceMin: ([x, axes], at) => reduced(x, at.axes ?? (axes && Array.from(axes.d)), at.keepdims, false, Math.min, Infinity),
  ReduceSum: ([x, axes], at) => reduced(x, at.axes ?? (axes && Array.from(axes.d)), at.keepdims),
  Relu: learns(([x]) => unary((v) => (v < 0 ? 0 : v))(x), slope((x, y) => (y > 0 ? 1 : 0))),
  Reshape: learns(([x, shape]) => reshape(x, shape.d), ([x], y, g) => [tensor(x.s, g.d)]),
  Sigmoid: learns(
    ([x]) => unary((v) => (v < 0 ? Math.exp(v) / (1 + Math.exp(v)) : 1 / (1 + Math.exp(-v))))(x),
    slope((x, y) => y * (1 - y)),
  ),
  Sin: learns(([x]) => unary(Math.sin)(x), slope((x) => Math.cos(x))),
  Softmax: learns(
    ([x], at) => along(x, at.axis ?? -1, softmax),
    ([x], y, g, wanted, at) => [softmaxBack(y, g, at.axis ?? -1)],
  ),
  Softplus: learns(
    ([x]) => unary((v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))))(x),
    slope((x, y) => -Math.expm1(-y)),
  ),
  Sqrt: ([x]) => unary(Math.sqrt)(x),
  Squeeze: ([x, axes]) => tensor(x.s.filter((_, k) => !Array.from(axes.d, (a) => axisOf(a, x.s.length)).includes(k)), x.d),
  Sub: ([a, b]) => binary((u, v) => u - v)(a, b),
  Tanh: learns(([x]) => unary(Math.tanh)(x), slope((x, y) => 1 - y * y)),
  Transpose: learns(
    ([x], at) => transpose(x, at.perm),
    ([x], y, g, wanted, at) => [transpose(g, at.perm.map((_, k) => at.perm.indexOf(k)))],
  ),
  Unsqueeze: ([x, axes]) => unsqueezed(x, Array.from(axes.d)),
  Where: ([held, a, b]) => elementwise((h, u, v) => (h ? u : v), [held, a, b], (shape) => made(a.d, shape)),
};

/** Numbers of 16 bits (IEEE 754) as those of 32. */
function widened(halves) {
  return Float32Array.from(halves, (bits) => {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, share = (bits & 1023) / 1024;
    if (exponent === 31) return share ? NaN : sign * Infinity;
    return sign * (exponent ? (1 + share) * 2 ** (exponent - 15) : share * 2 ** -14);
  });
}

/** A tensor of base64 text, little-endian as every machine of today has it; of levels a bit says whether a number is the first one, or its place among the others. */
function unpacked([type, shape, text, bits, levels]) {
  if (type === "str") return tensor(shape, text);
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (type === "levels") {
    const d = new Float32Array(size(shape));
    let at = 0;
    const bit = () => (bytes[at >> 3] >> (at++ & 7)) & 1;
    for (let i = 0; i < d.length; i++) {
      let level = bit();
      if (level) for (let b = 0; b < bits; b++) level += bit() << b;
      d[i] = levels[level];
    }
    return tensor(shape, d);
  }
  if (type === "float16") return tensor(shape, widened(new Uint16Array(bytes.buffer)));
  return tensor(shape, new TYPES[type](bytes.buffer));
}

/** All values of a graph by name, for inputs by name: numbers (n, ...) flat, or texts. */
class Network {
  constructor(graph) {
    this.graph = graph;
    this.constants = {};
    for (const [name, array] of Object.entries(graph.constants)) this.constants[name] = unpacked(array);
    for (const [operator] of graph.nodes)
      if (!OPERATORS[operator]) throw new Error(`${operator} is not in this page`);
  }

  /** The nodes that lead from the values called `known` to those called `wanted`. */
  nodes(wanted, known = []) {
    const open = new Set(wanted), found = [];
    for (const node of [...this.graph.nodes].reverse())
      if (open.has(node[2]) && !known.includes(node[2])) {
        found.unshift(node);
        node[1].forEach((name) => open.add(name));
      }
    return found;
  }

  /** The values of `nodes`, added to those known. */
  through(nodes, values) {
    for (const [operator, inputs, output, attributes] of nodes)
      values[output] = OPERATORS[operator](inputs.map((name) => values[name]), attributes);
    return values;
  }

  run(given, constants = this.constants, nodes = this.graph.nodes) {
    const values = { ...constants };
    for (const { name, type, shape } of this.graph.inputs) {
      const flat = given[name];
      const shaped = [flat.length / size(shape), ...shape];
      values[name] = tensor(shaped, type === "str" ? flat : TYPES[type].from(flat));
    }
    return this.through(nodes, values);
  }
}

globalThis.NumpyNet = { Network, OPERATORS };
