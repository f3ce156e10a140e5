"""Exponential and power with the same bits on every processor and thread count.

A library's ``exp`` may differ in the last bit between machines and stops a loop from vectorising. These are polynomials
in strict IEEE arithmetic (Cody-Waite reduction and the minimax coefficients of Cephes, S. L. Moshier 1989; logarithm by
the series of artanh), so a run on a cluster gives the bits of a run on a laptop. Relative error: 2e-7 in single, 4e-16
in double precision.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float32, njit, types
from numba.extending import overload


@njit(inline="always", error_model="numpy")
def _exp_single(x):  # type: ignore[no-untyped-def]
    x = min(max(x, float32(-80.0)), float32(80.0))
    n = np.floor(x * float32(1.44269504) + float32(0.5))
    f = x - n * float32(0.693359375)
    f += n * float32(2.12194440e-4)
    p = float32(1.9875691500e-4)
    p = p * f + float32(1.3981999507e-3)
    p = p * f + float32(8.3334519073e-3)
    p = p * f + float32(4.1665795894e-2)
    p = p * f + float32(1.6666665459e-1)
    p = p * f + float32(5.0000001201e-1)
    p = p * f * f + f + float32(1.0)
    return p * np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@njit(inline="always", error_model="numpy")
def _exp_double(x):  # type: ignore[no-untyped-def]
    x = min(max(x, -700.0), 700.0)
    n = np.floor(x * 1.4426950408889634 + 0.5)
    f = x - n * 6.93145751953125e-1
    f -= n * 1.42860682030941723212e-6
    z = f * f
    p = f * ((1.26177193074810590878e-4 * z + 3.02994407707441961300e-2) * z + 9.99999999999999999910e-1)
    q = ((3.00198505138664455042e-6 * z + 2.52448340349684104192e-3) * z + 2.27265548208155028766e-1) * z + 2.0
    y = 1.0 + 2.0 * (p / (q - p))
    return y * np.int64((np.int64(n) + np.int64(1023)) << np.int64(52)).view(np.float64)


@njit(inline="always", error_model="numpy")
def _log_single(x):  # type: ignore[no-untyped-def]
    bits = np.float32(x).view(np.int32)
    e = float32((bits >> np.int32(23)) - np.int32(127))
    m = np.int32((bits & np.int32(0x7FFFFF)) | np.int32(0x3F800000)).view(np.float32)
    big = m > float32(1.41421356)
    e = e + float32(1.0) if big else e
    m = m * float32(0.5) if big else m
    s = (m - float32(1.0)) / (m + float32(1.0))
    z = s * s
    series = float32(1.0) + z * (float32(1 / 3) + z * (float32(1 / 5) + z * (float32(1 / 7) + z * float32(1 / 9))))
    return e * float32(0.693147181) + float32(2.0) * s * series


@njit(inline="always", error_model="numpy")
def _log_double(x):  # type: ignore[no-untyped-def]
    bits = np.float64(x).view(np.int64)
    e = np.float64((bits >> np.int64(52)) - np.int64(1023))
    m = np.int64((bits & np.int64(0xFFFFFFFFFFFFF)) | np.int64(0x3FF0000000000000)).view(np.float64)
    big = m > 1.4142135623730951
    e = e + 1.0 if big else e
    m = m * 0.5 if big else m
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    # Written out: a loop within what is inlined twice leaves the compiler unsure of its variables.
    series = ((((1 / 21 * z + 1 / 19) * z + 1 / 17) * z + 1 / 15) * z + 1 / 13) * z + 1 / 11
    series = ((((series * z + 1 / 9) * z + 1 / 7) * z + 1 / 5) * z + 1 / 3) * z + 1.0
    return e * 0.6931471805599453 + 2.0 * s * series


@njit(inline="always", error_model="numpy")
def _power_single(x, y):  # type: ignore[no-untyped-def]
    # Both branches are worked out, so that a loop over firms stays free of jumps.
    result = _exp_single(y * _log_single(max(x, float32(1e-37))))
    return result if x > float32(1e-37) else float32(0.0)


@njit(inline="always", error_model="numpy")
def _power_double(x, y):  # type: ignore[no-untyped-def]
    result = _exp_double(y * _log_double(max(x, 1e-300)))
    return result if x > 1e-300 else 0.0


def exp(x: float) -> float:
    """E to the power of ``x``; compiled code gets the portable polynomial of its precision."""
    return math.exp(min(max(x, -700.0), 700.0))


@overload(exp, inline="always")
def _compiled_exp(x):  # type: ignore[no-untyped-def]
    if x == types.float32:
        return lambda x: _exp_single(x)
    return lambda x: _exp_double(float(x))


def log(x: float) -> float:
    """Natural logarithm of ``x``, which is above 0; what is smaller than the smallest normal number counts as that."""
    return math.log(max(x, 1e-300))


@overload(log)  # no loop over firms needs it, and inlined in a large one it confuses the compiler
def _compiled_log(x):  # type: ignore[no-untyped-def]
    if x == types.float32:
        return lambda x: _log_single(max(x, float32(1e-37)))
    return lambda x: _log_double(max(float(x), 1e-300))


def power(x: float, y: float) -> float:
    """``x`` to the power of ``y`` for ``x`` of 0 or more; 0 for ``x`` below the smallest normal number."""
    return math.exp(min(max(y * math.log(x), -700.0), 700.0)) if x > 1e-300 else 0.0


@overload(power, inline="always")
def _compiled_power(x, y):  # type: ignore[no-untyped-def]
    if x == types.float32 and y == types.float32:
        return lambda x, y: _power_single(x, y)
    return lambda x, y: _power_double(float(x), float(y))


@njit(inline="always", error_model="numpy")
def normal_quantile(u: float) -> float:
    """Quantile of the standard normal distribution, absolute error under 5e-4 (Abramowitz and Stegun 26.2.23)."""
    p = min(u, 1.0 - u)
    t = np.sqrt(-2.0 * np.log(p))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    quantile: float = z if u > 0.5 else -z
    return quantile
