"""Convolutions and pools as loops over pixels: an image is rows, pixel by pixel with all channels of each, and lanes.

The pixels of a window's row lie in one piece, so that nothing is copied into patches. A convolution that is pooled at
once, by 2 x 2, computes four pixels and keeps their maxima and which of them won, but no map. Its activation follows
pixel by pixel, while they are in the cache.

What an operation needs for itself begins at row `scratch`: four pixels of the map, one of them with lanes and filters
swapped, and the kernel's gradient, with its filters padded to a multiple of 16, or of few filters with 16 lanes each.
"""

from __future__ import annotations

from . import codes as c
from .codes import LANES
from .elementwise import ONE, ZERO, activate, activate_back, f4
from .jit import inlined, loop
from .lanes import (
    add_product,
    filled,
    load,
    multiply_add,
    multiply_rows,
    store,
    total,
    transpose,
    where_equal,
    where_larger,
)

_pairs_8, _pairs_4, _pairs_2, _pair = (multiply_add(rows, 2) for rows in (8, 4, 2, 1))
_vectors_8, _vectors_4, _vectors_2, _vector = (multiply_add(rows, 1) for rows in (8, 4, 2, 1))
_rows_4_4, _rows_4_2, _rows_4_1 = (multiply_rows(4, others) for others in (4, 2, 1))
_rows_1_4, _rows_1_2, _rows_1_1 = (multiply_rows(1, others) for others in (4, 2, 1))


@loop
def add_products(W, into, step, S, s, along, across, v, jump, count, rows, width, turns, further, beyond):
    """`multiply_add` for any number of rows, and for a width that is a multiple of 16."""
    for b in range(0, width, 2 * LANES):
        pair, j = b + 2 * LANES <= width, 0
        while j < rows:
            d, t, u = into + j * step + b, s + j * across, v + b
            if j + 8 <= rows:
                if pair:
                    _pairs_8(W, d, step, S, t, along, across, u, jump, count, turns, further, beyond)
                else:
                    _vectors_8(W, d, step, S, t, along, across, u, jump, count, turns, further, beyond)
                j += 8
            elif j + 4 <= rows:
                if pair:
                    _pairs_4(W, d, step, S, t, along, across, u, jump, count, turns, further, beyond)
                else:
                    _vectors_4(W, d, step, S, t, along, across, u, jump, count, turns, further, beyond)
                j += 4
            elif j + 2 <= rows:
                if pair:
                    _pairs_2(W, d, step, S, t, along, across, u, jump, count, turns, further, beyond)
                else:
                    _vectors_2(W, d, step, S, t, along, across, u, jump, count, turns, further, beyond)
                j += 2
            else:
                if pair:
                    _pair(W, d, step, S, t, along, across, u, jump, count, turns, further, beyond)
                else:
                    _vector(W, d, step, S, t, along, across, u, jump, count, turns, further, beyond)
                j += 1


@loop
def _add_rows(W, into, x, g, rows, others, turns, further, below, beyond):
    """`multiply_rows` for any numbers of rows."""
    step, k = others * LANES, 0
    while k < others:
        wide = 4 if k + 4 <= others else 2 if k + 2 <= others else 1
        j = 0
        while j < rows:
            d = into + j * step + k * LANES
            if j + 4 <= rows:
                if wide == 4:
                    _rows_4_4(W, d, step, x + j, g + k, turns, further, below, beyond)
                elif wide == 2:
                    _rows_4_2(W, d, step, x + j, g + k, turns, further, below, beyond)
                else:
                    _rows_4_1(W, d, step, x + j, g + k, turns, further, below, beyond)
                j += 4
            else:
                if wide == 4:
                    _rows_1_4(W, d, step, x + j, g + k, turns, further, below, beyond)
                elif wide == 2:
                    _rows_1_2(W, d, step, x + j, g + k, turns, further, below, beyond)
                else:
                    _rows_1_1(W, d, step, x + j, g + k, turns, further, below, beyond)
                j += 1
        k += wide


@inlined
def _first(start, dilation):
    """The first tap within the image of a window that begins at pixel `start`."""
    return 0 if start >= 0 else (dilation - 1 - start) // dilation


@inlined
def _behind(start, dilation, size, length):
    """The tap behind the last one within the image."""
    return 0 if start >= length else min(size, (length - 1 - start) // dilation + 1)


@inlined
def _corner(shape, at, r, col):
    """The pixel where the window of output pixel (r, col) begins; it may lie beyond the edge."""
    top = r * shape[at + c.STRIDE_DOWN] - shape[at + c.ABOVE]
    return top, col * shape[at + c.STRIDE_RIGHT] - shape[at + c.LEFT]


@inlined
def _numbers(shape, at):
    """Weights per filter."""
    return shape[at + c.DOWN] * shape[at + c.ACROSS] * shape[at + c.CHANNELS]


@inlined
def _is_narrow(filters, taps):
    """Whether vectors of filters would be too empty for the kernel's gradient, and those of lanes fit the cache."""
    return (filters + LANES - 1) // LANES * LANES * 3 >= filters * 4 and filters * taps <= c.NARROW


@loop
def _window(P, kernel, bias, W, x, y, shape, at, r, col, filters):
    """Rows y = the filters' sums over the window of map pixel (r, col)."""
    lanes, width, channels = W.shape[1], shape[at + c.WIDTH], shape[at + c.CHANNELS]
    down, right, across = shape[at + c.DILATION_DOWN], shape[at + c.DILATION_RIGHT], shape[at + c.ACROSS]
    top, left = _corner(shape, at, r, col)
    for j in range(filters):
        start = P[bias + j] if bias >= 0 else ZERO
        for b in range(lanes):
            W[y + j, b] = start
    begin, end = _first(left, right), _behind(left, right, across, width)
    low, high = _first(top, down), _behind(top, down, shape[at + c.DOWN], shape[at + c.HEIGHT])
    taps = end - begin if right == 1 else 1
    for j in range(begin, end, max(1, taps)):
        here = x + ((top + low * down) * width + left + j * right) * channels
        add_products(
            W, y * lanes, lanes, P, kernel + (low * across + j) * channels * filters, filters, 1, here * lanes, lanes,
            taps * channels, filters, lanes, high - low, across * channels * filters, down * width * channels * lanes,
        )  # fmt: skip


@loop
def _window_back(P, kernel, W, x, g, back, shape, at, r, col, filters, swapped, sums, wanted):
    """Add to the kernel's gradient, at `sums`, and where wanted to rows `back` what comes from rows g of a pixel.

    Of few filters `_narrow_back` adds to the former.
    """
    lanes, width, channels = W.shape[1], shape[at + c.WIDTH], shape[at + c.CHANNELS]
    down, right, across = shape[at + c.DILATION_DOWN], shape[at + c.DILATION_RIGHT], shape[at + c.ACROSS]
    top, left = _corner(shape, at, r, col)
    padded, narrow = (filters + LANES - 1) // LANES * LANES, _is_narrow(filters, _numbers(shape, at))
    # Of filters beyond the last, other rows are read: their sums are never used.
    for j in range(0, 0 if narrow else padded, LANES):
        for b in range(0, lanes, LANES):
            transpose(W, g + j, b, swapped + b * padded + j, padded)
    begin, end = _first(left, right), _behind(left, right, across, width)
    taps = end - begin if right == 1 else 1
    for i in range(_first(top, down), _behind(top, down, shape[at + c.DOWN], shape[at + c.HEIGHT])):
        for j in range(begin, end, max(1, taps)):
            pixel = ((top + i * down) * width + left + j * right) * channels
            k, n = (i * across + j) * channels, taps * channels
            if not narrow:
                add_products(
                    W, sums + k * padded, padded, W, (x + pixel) * lanes, 1, lanes, swapped, padded, lanes, n, padded,
                    1, 0, 0,
                )  # fmt: skip
            if wanted:
                add_products(
                    W, (back + pixel) * lanes, lanes, P, kernel + k * filters, 1, filters, g * lanes, lanes, filters,
                    n, lanes, 1, 0, 0,
                )  # fmt: skip


@loop
def _narrow_back(W, x, g, shape, at, r, col, pixels, filters, sums):
    """Add to the gradient of a kernel of few filters what comes from rows g of some pixels from (r, col) on.

    They are beside each other, or the four that are pooled.
    """
    width, channels, across = shape[at + c.WIDTH], shape[at + c.CHANNELS], shape[at + c.ACROSS]
    down, right, pooled = shape[at + c.DILATION_DOWN], shape[at + c.DILATION_RIGHT], shape[at + c.POOLED]
    step_down, step_right = shape[at + c.STRIDE_DOWN], shape[at + c.STRIDE_RIGHT]
    top, left = _corner(shape, at, r, col)
    last_top, last_left = _corner(shape, at, r + pooled, col + (1 if pooled else pixels - 1))
    within = top >= 0 and last_top + (shape[at + c.DOWN] - 1) * down < shape[at + c.HEIGHT]
    turns = pixels if within and left >= 0 and last_left + (across - 1) * right < width else 1
    further = step_right * channels
    below = step_down * width * channels if pooled else 2 * further
    for p in range(0, pixels, turns):
        top, left = _corner(shape, at, r + p // 2, col + p % 2) if pooled else _corner(shape, at, r, col + p)
        begin, end = _first(left, right), _behind(left, right, across, width)
        taps = end - begin if right == 1 else 1
        for i in range(_first(top, down), _behind(top, down, shape[at + c.DOWN], shape[at + c.HEIGHT])):
            for j in range(begin, end, max(1, taps)):
                here = x + ((top + i * down) * width + left + j * right) * channels
                into, rows = sums + (i * across + j) * channels * filters * LANES, taps * channels
                _add_rows(W, into, here, g + p * filters, rows, filters, turns, further, below, filters)


@loop
def convolve(P, kernel, bias, W, x, y, kept, shape, at, filters, scratch, function, a):
    """Rows y = the convolution of rows x, or its maxima of 2 x 2 pixels, with their numbers in rows `kept`.

    The activation numbered `function`, with the setting `a`, follows; none if it is negative.
    """
    rows, columns, four = shape[at + c.ROWS], shape[at + c.COLS], scratch
    for r in range(rows):
        for col in range(columns):
            place = (r * columns + col) * filters
            pixel = y + place if function < 0 else four
            if shape[at + c.POOLED] == 0:
                _window(P, kernel, bias, W, x, pixel, shape, at, r, col, filters)
            else:
                for q in range(4):
                    here, down, right = four + q * filters, 2 * r + q // 2, 2 * col + q % 2
                    _window(P, kernel, bias, W, x, here, shape, at, down, right, filters)
                for j in range(filters):
                    for b in range(0, W.shape[1], LANES):
                        best, winner = load(W, four + j, b), filled(ZERO)
                        for q in range(1, 4):
                            v = load(W, four + q * filters + j, b)
                            winner = where_larger(v, best, filled(f4(q)), winner)
                            best = where_larger(v, best, v, best)
                        store(W, pixel + j, b, best)
                        store(W, kept + place + j, b, winner)
            if function >= 0:
                activate(function, a, W, four, y + place, filters)


@loop
def convolve_back(
    P, G, kernel, bias, W, x, y, g, back, kept, shape, at, filters, scratch, function, a, wanted
):
    """Fill the gradients of kernel and bias; where wanted rows `back` = the gradient of x. Rows g are changed."""
    rows, columns, channels = shape[at + c.ROWS], shape[at + c.COLS], shape[at + c.CHANNELS]
    lanes, taps = W.shape[1], _numbers(shape, at)
    padded, four = (filters + LANES - 1) // LANES * LANES, scratch
    swapped, narrow = (four + 4 * filters) * lanes, _is_narrow(filters, taps)
    sums, stride = swapped + padded * lanes, LANES * filters if narrow else padded
    by_pixel = wanted or not narrow
    for i in range(sums // lanes, sums // lanes + (taps * stride + lanes - 1) // lanes):
        for b in range(lanes):
            W[i, b] = ZERO
    for i in range(shape[at + c.HEIGHT] * shape[at + c.WIDTH] * channels if wanted else 0):
        for b in range(lanes):
            W[back + i, b] = ZERO
    for j in range(filters if bias >= 0 else 0):
        G[bias + j] = ZERO
    for r in range(rows):
        for col in range(columns):
            at_pixel = (r * columns + col) * filters
            place = g + at_pixel
            if function >= 0:
                activate_back(function, a, W, y + at_pixel, y + at_pixel, place, filters)
            for j in range(filters if bias >= 0 else 0):
                part = ZERO
                for b in range(lanes):
                    part += W[place + j, b]
                G[bias + j] += part
            if shape[at + c.POOLED] == 0:
                if by_pixel:
                    _window_back(
                        P, kernel, W, x, place, back, shape, at, r, col, filters, swapped, sums, wanted
                    )
                if narrow and (col % 4 == 3 or col == columns - 1):
                    before = col % 4
                    begin = place - before * filters
                    _narrow_back(W, x, begin, shape, at, r, col - before, before + 1, filters, sums)
                continue
            for j in range(filters):
                for b in range(0, lanes, LANES):
                    winner, part = load(W, kept + at_pixel + j, b), load(W, place + j, b)
                    for q in range(4):
                        won = where_equal(winner, filled(f4(q)), part, filled(ZERO))
                        store(W, four + q * filters + j, b, won)
            for q in range(4 if by_pixel else 0):
                here, down, right = four + q * filters, 2 * r + q // 2, 2 * col + q % 2
                _window_back(
                    P, kernel, W, x, here, back, shape, at, down, right, filters, swapped, sums, wanted
                )
            if narrow:
                _narrow_back(W, x, four, shape, at, 2 * r, 2 * col, 4, filters, sums)
    for k in range(taps):
        for j in range(filters):
            number = sums + k * stride + (j * LANES if narrow else j)
            weight = kernel + k * filters + j
            G[weight] = total(load(W, 0, number)) if narrow else W[number // lanes, number % lanes]


@inlined
def _pooled(shape, at, r, col):
    """Of the window of output pixel (r, col): top, left, first and last tap down and across, and its first output."""
    top, left = _corner(shape, at, r, col)
    low, high = _first(top, 1), _behind(top, 1, shape[at + c.DOWN], shape[at + c.HEIGHT])
    begin, end = _first(left, 1), _behind(left, 1, shape[at + c.ACROSS], shape[at + c.WIDTH])
    place = (r * shape[at + c.COLS] + col) * shape[at + c.CHANNELS]
    return top, left, low, high, begin, end, place


@loop
def pool(mean, W, x, y, kept, shape, at):
    """Rows y = the maxima of windows, with the numbers of their first pixels in rows `kept`, or the means."""
    width, channels, across = shape[at + c.WIDTH], shape[at + c.CHANNELS], shape[at + c.ACROSS]
    for r in range(shape[at + c.ROWS]):
        for col in range(shape[at + c.COLS]):
            top, left, low, high, begin, end, place = _pooled(shape, at, r, col)
            if mean:
                _mean(W, x, y + place, top, left, low, high, begin, end, width, channels)
                continue
            corner, first = x + ((top + low) * width + left + begin) * channels, f4(low * across + begin)
            for k in range(channels):
                for b in range(0, W.shape[1], LANES):
                    best, winner = load(W, corner + k, b), filled(first)
                    for i in range(low, high):
                        here = x + ((top + i) * width + left + begin) * channels + k
                        for j in range(begin, end):
                            v = load(W, here, b)
                            winner = where_larger(v, best, filled(f4(i * across + j)), winner)
                            best = where_larger(v, best, v, best)
                            here += channels
                    store(W, y + place + k, b, best)
                    store(W, kept + place + k, b, winner)


@loop
def _mean(W, x, y, top, left, low, high, begin, end, width, channels):
    """Rows y = the mean of a window, pixel by pixel: a whole image is read in the order of its rows."""
    share = filled(ONE / f4((high - low) * (end - begin)))
    for k in range(channels):
        for b in range(0, W.shape[1], LANES):
            store(W, y + k, b, filled(ZERO))
    for i in range(low, high):
        for j in range(begin, end):
            here = x + ((top + i) * width + left + j) * channels
            for k in range(channels):
                for b in range(0, W.shape[1], LANES):
                    store(W, y + k, b, add_product(load(W, y + k, b), load(W, here + k, b), share))


@loop
def pool_back(mean, W, g, back, kept, shape, at):
    """Rows `back` = the gradient of the pooled image, from rows g."""
    width, channels, across = shape[at + c.WIDTH], shape[at + c.CHANNELS], shape[at + c.ACROSS]
    down, step_down, step_right = shape[at + c.DOWN], shape[at + c.STRIDE_DOWN], shape[at + c.STRIDE_RIGHT]
    # Whether no pixel belongs to two windows, and each to one.
    apart, side_by_side = (
        step_down >= down and step_right >= across,
        step_down == down and step_right == across,
    )
    whole = (
        side_by_side
        and shape[at + c.ROWS] * down == shape[at + c.HEIGHT]
        and shape[at + c.COLS] * across == width
    )
    for i in range(0 if whole else shape[at + c.HEIGHT] * width * channels):
        for b in range(W.shape[1]):
            W[back + i, b] = ZERO
    for r in range(shape[at + c.ROWS]):
        for col in range(shape[at + c.COLS]):
            top, left, low, high, begin, end, place = _pooled(shape, at, r, col)
            share = filled(ONE / f4((high - low) * (end - begin)))
            for i in range(low, high):
                for j in range(begin, end):
                    here = back + ((top + i) * width + left + j) * channels
                    number = filled(f4(i * across + j))
                    for k in range(channels):
                        for b in range(0, W.shape[1], LANES):
                            before = filled(ZERO) if apart else load(W, here + k, b)
                            won = share
                            if not mean:
                                won = where_equal(
                                    load(W, kept + place + k, b), number, filled(ONE), filled(ZERO)
                                )
                            store(W, here + k, b, add_product(before, load(W, g + place + k, b), won))
