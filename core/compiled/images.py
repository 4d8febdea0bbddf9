"""Convolutions and pools as loops over pixels: an image is rows, pixel by pixel with all channels of each, and lanes.

The pixels of a window's row lie in one piece, so that nothing is copied into patches. A convolution that is pooled at
once, by 2 x 2, computes four pixels and keeps their maxima and which of them won, but no map. Its activation follows
pixel by pixel, while they are in the cache.

What an operation needs for itself begins at row `scratch`: a window, four pixels of the map, one of them with lanes and
filters swapped, and the kernel's gradient, with its filters padded to a multiple of 16.
"""

from __future__ import annotations

from core.compiled import codes as c
from core.compiled.codes import LANES
from core.compiled.elementwise import ONE, ZERO, activate, activate_back, f4
from core.compiled.jit import inlined, loop
from core.compiled.lanes import (
    add_product,
    filled,
    load,
    multiply_add,
    store,
    transpose,
    where_equal,
    where_larger,
)

_many_pairs, _one_pair = multiply_add(8, 2), multiply_add(1, 2)
_many_vectors, _one_vector = multiply_add(8, 1), multiply_add(1, 1)


@loop
def _add_products(W, into, step, S, s, along, across, v, jump, count, rows, width):
    """`multiply_add` for any number of rows, and for a width that is a multiple of 16."""
    for b in range(0, width, 2 * LANES):
        pair, j = b + 2 * LANES <= width, 0
        while j < rows:
            d, t = into + j * step + b, s + j * across
            if j + 8 <= rows:
                if pair:
                    _many_pairs(W, d, step, S, t, along, across, v + b, jump, count)
                else:
                    _many_vectors(W, d, step, S, t, along, across, v + b, jump, count)
                j += 8
            else:
                if pair:
                    _one_pair(W, d, step, S, t, along, across, v + b, jump, count)
                else:
                    _one_vector(W, d, step, S, t, along, across, v + b, jump, count)
                j += 1


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


@loop
def _copied(W, x, window, shape, at, r, col):
    """Copy the window of map pixel (r, col) to rows `window`; False where its rows are long or it is not whole."""
    width, channels, down = shape[at + c.WIDTH], shape[at + c.CHANNELS], shape[at + c.DILATION_DOWN]
    long = shape[at + c.ACROSS] * channels
    top, left = _corner(shape, at, r, col)
    bottom = top + (shape[at + c.DOWN] - 1) * down
    if long >= 8 or shape[at + c.DILATION_RIGHT] > 1 or top < 0 or left < 0:
        return False
    if bottom >= shape[at + c.HEIGHT] or left + shape[at + c.ACROSS] > width:
        return False
    for i in range(shape[at + c.DOWN]):
        for k in range(long):
            for b in range(W.shape[1]):
                W[window + i * long + k, b] = W[x + ((top + i * down) * width + left) * channels + k, b]
    return True


@loop
def _window(P, kernel, bias, W, x, y, scratch, shape, at, r, col, filters):
    """Rows y = the filters' sums over the window of map pixel (r, col)."""
    lanes, width, channels = W.shape[1], shape[at + c.WIDTH], shape[at + c.CHANNELS]
    down, right, across = shape[at + c.DILATION_DOWN], shape[at + c.DILATION_RIGHT], shape[at + c.ACROSS]
    top, left = _corner(shape, at, r, col)
    for j in range(filters):
        start = P[bias + j] if bias >= 0 else ZERO
        for b in range(lanes):
            W[y + j, b] = start
    if _copied(W, x, scratch, shape, at, r, col):
        n = _numbers(shape, at)
        _add_products(W, y * lanes, lanes, P, kernel, filters, 1, scratch * lanes, lanes, n, filters, lanes)
        return
    begin, end = _first(left, right), _behind(left, right, across, width)
    taps = end - begin if right == 1 else 1
    for i in range(_first(top, down), _behind(top, down, shape[at + c.DOWN], shape[at + c.HEIGHT])):
        for j in range(begin, end, max(1, taps)):
            here = x + ((top + i * down) * width + left + j * right) * channels
            weights = kernel + (i * across + j) * channels * filters
            n = taps * channels
            _add_products(
                W, y * lanes, lanes, P, weights, filters, 1, here * lanes, lanes, n, filters, lanes
            )  # fmt: skip


@loop
def _window_back(P, kernel, W, x, g, back, scratch, shape, at, r, col, filters, swapped, sums, wanted):
    """Add to the kernel's gradient, at `sums`, and where wanted to rows `back` what comes from rows g of a pixel."""
    lanes, width, channels = W.shape[1], shape[at + c.WIDTH], shape[at + c.CHANNELS]
    down, right, across = shape[at + c.DILATION_DOWN], shape[at + c.DILATION_RIGHT], shape[at + c.ACROSS]
    top, left = _corner(shape, at, r, col)
    padded = (filters + LANES - 1) // LANES * LANES
    # Of filters beyond the last, other rows are read: their sums are never used.
    for j in range(0, padded, LANES):
        for b in range(0, lanes, LANES):
            transpose(W, g + j, b, swapped + b * padded + j, padded)
    whole = _copied(W, x, scratch, shape, at, r, col)
    if whole:
        n = _numbers(shape, at)
        _add_products(W, sums, padded, W, scratch * lanes, 1, lanes, swapped, padded, lanes, n, padded)
        if not wanted:
            return
    begin, end = _first(left, right), _behind(left, right, across, width)
    taps = end - begin if right == 1 else 1
    for i in range(_first(top, down), _behind(top, down, shape[at + c.DOWN], shape[at + c.HEIGHT])):
        for j in range(begin, end, max(1, taps)):
            pixel = ((top + i * down) * width + left + j * right) * channels
            k, n = (i * across + j) * channels, taps * channels
            if not whole:
                here = (x + pixel) * lanes
                _add_products(
                    W, sums + k * padded, padded, W, here, 1, lanes, swapped, padded, lanes, n, padded
                )
            if wanted:
                _add_products(
                    W, (back + pixel) * lanes, lanes, P, kernel + k * filters, 1, filters, g * lanes, lanes, filters,
                    n, lanes,
                )  # fmt: skip


@loop
def convolve(P, kernel, bias, W, x, y, kept, shape, at, filters, scratch, function, a):
    """Rows y = the convolution of rows x, or its maxima of 2 x 2 pixels, with their numbers in rows `kept`.

    The activation numbered `function`, with the setting `a`, follows; none if it is negative.
    """
    rows, columns, four = shape[at + c.ROWS], shape[at + c.COLS], scratch + _numbers(shape, at)
    for r in range(rows):
        for col in range(columns):
            place = (r * columns + col) * filters
            pixel = y + place if function < 0 else four
            if shape[at + c.POOLED] == 0:
                _window(P, kernel, bias, W, x, pixel, scratch, shape, at, r, col, filters)
            else:
                for q in range(4):
                    here, down, right = four + q * filters, 2 * r + q // 2, 2 * col + q % 2
                    _window(P, kernel, bias, W, x, here, scratch, shape, at, down, right, filters)
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
    padded, four = (filters + LANES - 1) // LANES * LANES, scratch + taps
    swapped = (four + 4 * filters) * lanes
    sums = swapped + padded * lanes
    for i in range(sums // lanes, sums // lanes + (taps * padded + lanes - 1) // lanes):
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
                _window_back(
                    P, kernel, W, x, place, back, scratch, shape, at, r, col, filters, swapped, sums, wanted
                )
                continue
            for q in range(4):
                here, down, right = four + q * filters, 2 * r + q // 2, 2 * col + q % 2
                for j in range(filters):
                    for b in range(0, lanes, LANES):
                        winner = load(W, kept + at_pixel + j, b)
                        part = where_equal(winner, filled(f4(q)), load(W, place + j, b), filled(ZERO))
                        store(W, here + j, b, part)
                _window_back(
                    P,
                    kernel,
                    W,
                    x,
                    here,
                    back,
                    scratch,
                    shape,
                    at,
                    down,
                    right,
                    filters,
                    swapped,
                    sums,
                    wanted,
                )
    for k in range(taps):
        for j in range(filters):
            number = sums + k * padded + j
            G[kernel + k * filters + j] = W[number // lanes, number % lanes]


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
