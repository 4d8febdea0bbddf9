"""Vectors of 16 lanes: sums of products that stay in registers, which the compiler does not find in loops itself.

A processor with shorter vectors takes several for one. Rows, lanes and places are not negative, unlike an array's.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import alloca_once, for_range, get_or_insert_function
from numba.core.datamodel.models import PrimitiveModel
from numba.extending import intrinsic, register_model

from .codes import LANES

_ALL = range(LANES)

_float = ir.FloatType()
_vector = ir.VectorType(_float, LANES)
_unknown = ir.Constant(_vector, ir.Undefined)


class _Lanes(types.Type):
    def __init__(self):
        super().__init__("16 lanes")


@register_model(_Lanes)
class _LanesModel(PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _vector)


_lanes, _i = _Lanes(), types.int64


@intrinsic
def filled(typingctx, number):
    """`number` in every lane."""
    return _lanes(types.float32), lambda context, builder, signature, values: _filled(builder, values[0])


@intrinsic
def load(typingctx, W, row, lane):
    """The lanes from `lane` on of a row of the workspace W, (rows, lanes)."""

    def code(context, builder, signature, values):
        return builder.load(_row(context, builder, signature, values), align=4)

    return _lanes(W, _i, _i), code


@intrinsic
def store(typingctx, W, row, lane, vector):
    """Write to the lanes from `lane` on of a row."""

    def code(context, builder, signature, values):
        builder.store(values[3], _row(context, builder, signature, values), align=4)

    return types.void(W, _i, _i, _lanes), code


@intrinsic
def store_at(typingctx, G, place, vector):
    """Write to 16 numbers of G from `place` on."""

    def code(context, builder, signature, values):
        target = builder.gep(_data(context, builder, signature.args[0], values[0]), [values[1]])
        builder.store(values[2], builder.bitcast(target, _vector.as_pointer()), align=4)

    return types.void(G, _i, _lanes), code


@intrinsic
def transpose(typingctx, W, row, lane, place, stride):
    """Write 16 rows of 16 lanes, from `row` and `lane` on, as columns: at `place` in W and every `stride` after it."""

    def code(context, builder, signature, values):
        array, row, lane, place, stride = values
        rows = [
            _load_row(context, builder, signature.args[0], array, builder.add(row, _i64(t)), lane)
            for t in _ALL
        ]
        data = _data(context, builder, signature.args[0], array)
        _store_columns(builder, rows, data, place, stride)

    return types.void(W, _i, _i, _i, _i), code


@intrinsic
def transpose_rows(typingctx, X, order, first, column, W, row, lane):
    """Write 16 numbers, from `column` on, of X's rows order[first], order[first + 1], ... to lanes of W's rows."""

    def code(context, builder, signature, values):
        X, order, first, column, W, row, lane = values
        places = _data(context, builder, signature.args[1], order)
        rows = []
        for t in _ALL:
            sample = builder.load(builder.gep(places, [builder.add(first, _i64(t))]))
            rows.append(_load_row(context, builder, signature.args[0], X, sample, column))
        workspace = context.make_array(signature.args[4])(context, builder, W)
        across = builder.extract_value(workspace.shape, 1)
        place = builder.add(builder.mul(row, across), lane)
        _store_columns(builder, rows, workspace.data, place, across)

    return types.void(X, order, _i, _i, W, _i, _i), code


@intrinsic
def look(typingctx, numbers, place):
    """numbers[place], which another core may have changed."""

    def code(context, builder, signature, values):
        place = builder.gep(_data(context, builder, signature.args[0], values[0]), [values[1]])
        return builder.load_atomic(place, "seq_cst", 8)

    return _i(numbers, _i), code


@intrinsic
def take(typingctx, numbers, place, number):
    """Whether numbers[place] still is `number`; then it is one more, and no other core takes it."""

    def code(context, builder, signature, values):
        place = builder.gep(_data(context, builder, signature.args[0], values[0]), [values[1]])
        more = builder.add(values[2], _i64(1))
        return builder.extract_value(builder.cmpxchg(place, values[2], more, "seq_cst", "seq_cst"), 1)

    return types.boolean(numbers, _i, _i), code


@intrinsic
def put(typingctx, numbers, place, number):
    """numbers[place] = number, behind all that was written before."""

    def code(context, builder, signature, values):
        place = builder.gep(_data(context, builder, signature.args[0], values[0]), [values[1]])
        builder.store_atomic(values[2], place, "seq_cst", 8)

    return types.void(numbers, _i, _i), code


@intrinsic
def add_scaled(typingctx, sums, P, place, vector):
    """sums + P[place] * vector."""

    def code(context, builder, signature, values):
        number = builder.load(builder.gep(_data(context, builder, signature.args[1], values[1]), [values[2]]))
        return _fused(builder, _filled(builder, number), values[3], values[0])

    return _lanes(_lanes, P, _i, _lanes), code


@intrinsic
def add_product(typingctx, sums, vector, other):
    """sums + vector * other."""

    def code(context, builder, signature, values):
        return _fused(builder, values[1], values[2], values[0])

    return _lanes(_lanes, _lanes, _lanes), code


@intrinsic
def where_larger(typingctx, vector, other, yes, no):
    """Lanes of `yes` where `vector` is larger than `other` or no number, else of `no`."""

    def code(context, builder, signature, values):
        vector, other, yes, no = values
        larger = builder.fcmp_ordered(">", vector, other)
        return builder.select(builder.or_(larger, builder.fcmp_unordered("uno", vector, vector)), yes, no)

    return _lanes(_lanes, _lanes, _lanes, _lanes), code


@intrinsic
def where_equal(typingctx, vector, other, yes, no):
    """Lanes of `yes` where `vector` equals `other`, else of `no`."""

    def code(context, builder, signature, values):
        return builder.select(builder.fcmp_ordered("==", values[0], values[1]), values[2], values[3])

    return _lanes(_lanes, _lanes, _lanes, _lanes), code


@intrinsic
def total(typingctx, sums):
    """The sum of all lanes."""

    def code(context, builder, signature, values):
        kind = ir.FunctionType(_float, [_float, _vector])
        function = get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fadd.v{LANES}f32")
        return builder.call(function, [ir.Constant(_float, 0.0), values[0]], fastmath=("reassoc",))

    return types.float32(_lanes), code


@intrinsic
def store_totals(typingctx, G, place, a, b, c, d):
    """Write the sums of the lanes of four vectors to G from `place` on."""

    def code(context, builder, signature, values):
        a, b, c, d = values[2:]
        # Of four lanes each: a0 + a2, b0 + b2, a1 + a3, b1 + b3, then the sums of a, b, c, d.
        pairs = [_mixed(builder, *two, (0, 16, 1, 17), (2, 18, 3, 19)) for two in ((a, b), (c, d))]
        sums = _mixed(builder, *pairs, (0, 1, 16, 17), (2, 3, 18, 19))
        for half in (8, 4):
            low, high = ([*range(start, start + half)] for start in (0, half))
            sums = builder.fadd(_shuffled(builder, sums, sums, low), _shuffled(builder, sums, sums, high))
        target = builder.gep(_data(context, builder, signature.args[0], values[0]), [values[1]])
        builder.store(sums, builder.bitcast(target, sums.type.as_pointer()), align=4)

    return types.void(G, _i, _lanes, _lanes, _lanes, _lanes), code


def multiply_add(rows: int, vectors: int) -> Any:
    """A function that adds products to a tile of W, `rows` times 16 `vectors`, whose sums stay in registers.

    All places are in numbers. A row of W, `step` numbers apart from `into` on, gets for every i below `count` the
    number S[s + i along + j across], where j counts the rows, times the numbers of W from v + i jump on. And that
    `turns` times, where s and v begin `further` and `beyond` numbers later each time.
    """

    @intrinsic
    def add(typingctx, W, into, step, S, s, along, across, v, jump, count, turns, further, beyond):
        def code(context, builder, signature, values):
            array, into, step, numbers, start, along, across, begin, jump, *rest = values
            count, turns, further, beyond = rest
            data = _data(context, builder, signature.args[0], array)
            scalars = _data(context, builder, signature.args[3], numbers)
            tile = [
                (j, t, builder.add(builder.add(into, builder.mul(step, _i64(j))), _i64(LANES * t)))
                for j in range(rows)
                for t in range(vectors)
            ]
            # Of few sums each is several, since a processor waits for one before it adds to it again.
            parts = range(max(1, 4 // (rows * vectors)))
            sums = {(j, t, part): alloca_once(builder, _vector) for j, t, _ in tile for part in parts}
            for j, t, place in tile:
                builder.store(builder.load(_at(builder, data, place), align=4), sums[j, t, 0])
                for part in parts[1:]:
                    builder.store(ir.Constant(_vector, [0.0] * LANES), sums[j, t, part])

            def add_one(s, v, i, part):
                row = builder.add(v, builder.mul(i, jump))
                ahead = [
                    builder.load(_at(builder, data, builder.add(row, _i64(LANES * t))), align=4)
                    for t in range(vectors)
                ]
                first = builder.add(s, builder.mul(i, along))
                for j in range(rows):
                    place = builder.add(first, builder.mul(across, _i64(j)))
                    number = _filled(builder, builder.load(builder.gep(scalars, [place])))
                    for t in range(vectors):
                        total = sums[j, t, part]
                        builder.store(_fused(builder, number, ahead[t], builder.load(total)), total)

            rounds = builder.sdiv(count, _i64(len(parts)))
            done = builder.mul(rounds, _i64(len(parts)))
            with for_range(builder, turns) as turn:
                s = builder.add(start, builder.mul(turn.index, further))
                v = builder.add(begin, builder.mul(turn.index, beyond))
                with for_range(builder, rounds) as loop:
                    first = builder.mul(loop.index, _i64(len(parts)))
                    for part in parts:
                        add_one(s, v, builder.add(first, _i64(part)), part)
                if len(parts) > 1:
                    with for_range(builder, builder.sub(count, done)) as loop:
                        add_one(s, v, builder.add(done, loop.index), 0)
            for j, t, place in tile:
                whole = builder.load(sums[j, t, 0])
                for part in parts[1:]:
                    whole = builder.fadd(whole, builder.load(sums[j, t, part]))
                builder.store(whole, _at(builder, data, place), align=4)

        return types.void(W, _i, _i, S, *[_i] * 9), code

    return add


def multiply_rows(rows: int, others: int) -> Any:
    """A function that adds products of rows to vectors of W, lane by lane, in sums that stay in registers.

    The vector for row j of `rows` from x on and row k of `others` from g on begins at number into + j step + 16 k. And
    that `turns` times, where g begins `beyond` rows later each time, and x each second time `further` rows later, and
    after two times `below`.
    """

    @intrinsic
    def add(typingctx, W, into, step, x, g, turns, further, below, beyond):
        def code(context, builder, signature, values):
            array, into, step, x, g, turns, further, below, beyond = values
            workspace = context.make_array(signature.args[0])(context, builder, array)
            data, lanes = workspace.data, builder.extract_value(workspace.shape, 1)
            tile = {
                (j, k): builder.add(builder.add(into, builder.mul(step, _i64(j))), _i64(LANES * k))
                for j in range(rows)
                for k in range(others)
            }
            sums = {key: alloca_once(builder, _vector) for key in tile}
            for key, place in tile.items():
                builder.store(builder.load(_at(builder, data, place), align=4), sums[key])

            def read(first, count, b):
                starts = [builder.mul(builder.add(first, _i64(j)), lanes) for j in range(count)]
                return [builder.load(_at(builder, data, builder.add(b, start)), align=4) for start in starts]

            with for_range(builder, turns) as turn:
                here = builder.add(x, builder.mul(builder.and_(turn.index, _i64(1)), further))
                here = builder.add(here, builder.mul(builder.lshr(turn.index, _i64(1)), below))
                there = builder.add(g, builder.mul(turn.index, beyond))
                with for_range(builder, builder.sdiv(lanes, _i64(LANES))) as loop:
                    b = builder.mul(loop.index, _i64(LANES))
                    left, right = read(here, rows, b), read(there, others, b)
                    for (j, k), total in sums.items():
                        builder.store(_fused(builder, left[j], right[k], builder.load(total)), total)
            for key, place in tile.items():
                builder.store(builder.load(sums[key]), _at(builder, data, place), align=4)

        return types.void(W, *[_i] * 8), code

    return add


def _at(builder, data, place):
    return builder.bitcast(builder.gep(data, [place]), _vector.as_pointer())


def _load_row(context, builder, kind, array, row, lane):
    given = context.make_array(kind)(context, builder, array)
    place = builder.add(builder.mul(row, builder.extract_value(given.shape, 1)), lane)
    return builder.load(builder.bitcast(builder.gep(given.data, [place]), _vector.as_pointer()), align=4)


def _store_columns(builder, rows, data, place, stride):
    """Store 16 vectors transposed, a column every `stride`: Eklundh, 1972, swaps blocks across the diagonal."""
    for step in (1, 2, 4, 8):
        low = [lane if not lane & step else LANES + lane - step for lane in _ALL]
        high = [lane + step if not lane & step else LANES + lane for lane in _ALL]
        for t in (t for t in _ALL if not t & step):
            pair = rows[t], rows[t + step]
            rows[t], rows[t + step] = (_shuffled(builder, *pair, places) for places in (low, high))
    for vector in rows:
        builder.store(vector, builder.bitcast(builder.gep(data, [place]), _vector.as_pointer()), align=4)
        place = builder.add(place, stride)


def _i64(number):
    return ir.Constant(ir.IntType(64), number)


def _data(context, builder, kind, array):
    return context.make_array(kind)(context, builder, array).data


def _row(context, builder, signature, values):
    array, row, lane = values[:3]
    given = context.make_array(signature.args[0])(context, builder, array)
    across = builder.extract_value(given.shape, 1)
    place = builder.add(builder.mul(row, across), lane)
    return builder.bitcast(builder.gep(given.data, [place]), _vector.as_pointer())


def _filled(builder, number):
    one = builder.insert_element(_unknown, number, ir.Constant(ir.IntType(32), 0))
    return _shuffled(builder, one, _unknown, [0] * LANES)


def _fused(builder, *values):
    kind = ir.FunctionType(_vector, [_vector] * 3)
    return builder.call(get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{LANES}f32"), values)


def _mixed(builder, first, second, places, others):
    """The sum of two shuffles, each given for the first four lanes and repeated for the others."""
    every = [[place + start for start in range(0, LANES, 4) for place in four] for four in (places, others)]
    return builder.fadd(*(_shuffled(builder, first, second, places) for places in every))


def _shuffled(builder, first, second, places):
    kind = ir.VectorType(ir.IntType(32), len(places))
    return builder.shuffle_vector(first, second, ir.Constant(kind, places))
