#!/usr/bin/env python3
"""Writes Tests/Foundations/KernelsTests/PointwiseReference.swift with mpmath at 60 digits.

The losses are integrated numerically from their scores, so that the table shares no
closed form with the kernels. Every input is a Float, and a Double, exactly.
Usage: pointwise_reference.py > ../Foundations/KernelsTests/PointwiseReference.swift
"""
import itertools

from mpmath import atanh, cosh, inf, log, mp, mpf, nstr, quad, tanh

mp.dps = 60


def literal(x):
    return ".infinity" if x == inf else nstr(mpf(x), 19)


def weights(kind, k, d):
    q = 1 - d * d
    return {0: mpf(1), 1: q / (q * q + k * k), 2: 1 / q}[kind]


def score(kind, k, threshold, z, s):
    d = tanh(z)
    w = weights(kind, k, d)
    e = w * (d - tanh(s))
    if kind == 0 or abs(e) <= threshold:
        return e, w * (1 - tanh(s) ** 2), False
    return (mpf(0) if kind == 2 else threshold * mp.sign(e)), mpf(0), True


def loss(kind, k, threshold, z, s):
    """-(integral of E from z to s), broken where E bends."""
    d, points = tanh(z), []
    if kind != 0 and threshold != inf:
        w = weights(kind, k, d)
        for sign in (-1, 1):
            edge = d + sign * threshold / w
            if abs(edge) < 1:
                points.append(atanh(edge))
    low, high = min(z, s), max(z, s)
    nodes = [low] + sorted(p for p in points if low < p < high) + [high]
    # Short pieces: the integrand has poles at distance pi/2 from the real axis.
    fine = [nodes[0]]
    for node in nodes[1:]:
        start = fine[-1]
        pieces = int((node - start) / 2) + 1
        fine += [start + (node - start) * (i + 1) / pieces for i in range(pieces)]
    # The midpoint of a piece names its side of a bend.
    total = mpf(0)
    for a, b in itertools.pairwise(fine):
        beyond = score(kind, k, threshold, z, (a + b) / 2)[2]
        if beyond:
            total += score(kind, k, threshold, z, (a + b) / 2)[0] * (b - a)
        else:
            w = weights(kind, k, d)
            total += quad(lambda t, w=w: w * (d - tanh(t)), [a, b])
    return -total if s > z else total


def main():
    points = [2.0**-60, 2.0**-30, 2.0**-12, 0.0078125, 0.109375, 0.25, 0.296875, 0.3046875]
    points += [0.40625, 0.546875, 0.5625, 0.75, 0.96875, 0.999969482421875, 1.109375, 1.75]
    points += [3.3125, 5.59375, 8.5625, 12.8125, 19.0625, 40.0, 1000.0]
    print("// Made by Tests/Oracles/pointwise_reference.py; do not edit.")
    print("\n/// x, tanh x, ln cosh x, artanh x (0 beyond 1).")
    print("let elementaryReference: [(Double, Double, Double, Double)] = [")
    for x in map(mpf, points):
        values = [x, tanh(x), log(cosh(x)), atanh(x) if x < 1 else mpf(0)]
        print(f"  ({', '.join(map(literal, values))}),")
    print("]\n")
    print("struct LossReference {")
    print("  var loss: PointwiseLoss\n  var z: Double\n  var s: Double\n  var e: Double")
    print("  var c: Double\n  var phi: Double\n  var beyond: Bool\n}\n")
    print("let lossReference: [LossReference] = [")
    cases = [(0, 0, inf, ".crossEntropy")]
    for k, threshold in ((0, 0.25), (0, 1), (0.125, 0.25), (0.125, 0.0625), (0.03125, inf)):
        cases.append((1, k, threshold, f".clipped(k: {k}, threshold: {literal(threshold)})"))
    cases += [
        (2, 0, threshold, f".weighted(threshold: {literal(threshold)})") for threshold in (0.25, inf)]
    pairs = [(0.5, 0.5078125), (0.5, 0.25), (-1.5, 2), (0.0, -0.75), (7.25, 7.2421875)]
    pairs += [(7.25, 7.5), (7.25, 3), (-7.25, -6.875), (-7.25, 4), (3, 11), (2, -20), (-0.125, -0.125)]
    pairs += [(3.75, 3.25), (-2.5, -2.4375), (0.25, 30)]
    for kind, k, threshold, name in cases:
        for z, s in pairs:
            z, s = mpf(z), mpf(s)
            e, c, beyond = score(kind, k, threshold, z, s)
            phi = loss(kind, k, threshold, z, s)
            print(
                f"  LossReference(loss: {name}, z: {literal(z)}, s: {literal(s)},"
                f" e: {literal(e)},\n    c: {literal(c)}, phi: {literal(phi)},"
                f" beyond: {'true' if beyond else 'false'}),"
            )
    print("]")


if __name__ == "__main__":
    print("import LinearAlgebra\n")
    main()
