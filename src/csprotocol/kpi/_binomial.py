"""How likely a number of successes in so many tries is, to the last digits a float has."""

from __future__ import annotations

import math

__all__ = ["at_least", "at_most"]

# A term this much smaller than the sum so far no longer changes it, nor do the still smaller ones behind it.
_NEGLIGIBLE = 1e-18


def at_most(successes: int, tries: int, share: float) -> float:
    """P(X <= successes), X binomial."""
    if successes < tries * share:
        return _tail(successes, tries, share, -1)
    return 1 - _tail(successes + 1, tries, share, 1)


def at_least(successes: int, tries: int, share: float) -> float:
    """P(X >= successes), X binomial."""
    if successes > tries * share:
        return _tail(successes, tries, share, 1)
    return 1 - _tail(successes - 1, tries, share, -1)


def _tail(first: int, tries: int, share: float, step: int) -> float:
    """The probabilities of ``first`` and all beyond it, away from the mean: they only get smaller."""
    if not 0 <= first <= tries:
        return 0.0
    if share in {0.0, 1.0}:
        # Away from the mean nothing is possible, except the one certain number itself.
        return 1.0 if first == tries * share else 0.0
    term = total = _probability(first, tries, share)
    odds = share / (1 - share)
    successes = first
    while term > total * _NEGLIGIBLE:
        if step > 0:
            term *= (tries - successes) * odds / (successes + 1)
        else:
            term *= successes / ((tries - successes + 1) * odds)
        total += term
        successes += step
    return min(total, 1.0)


def _probability(successes: int, tries: int, share: float) -> float:
    """P(X = successes) by saddle points, which loses no digits where logarithms of factorials would.

    Source: C. Loader, Fast and Accurate Computation of Binomial Probabilities, 2000; R's ``dbinom``.
    """
    failures = tries - successes
    if successes == 0:
        return math.exp(tries * math.log1p(-share))
    if failures == 0:
        return share**tries
    exponent = (
        _stirling_rest(tries)
        - _stirling_rest(successes)
        - _stirling_rest(failures)
        - _deviance(successes, tries * share)
        - _deviance(failures, tries * (1 - share))
    )
    return math.exp(exponent) * math.sqrt(tries / (2 * math.pi * successes * failures))


def _stirling_rest(n: int) -> float:
    """What Stirling's formula lacks of log(n!)."""
    if n <= 15:
        return math.log(math.factorial(n)) - (0.5 * math.log(2 * math.pi * n) + n * math.log(n) - n)
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square) / n


def _deviance(found: float, expected: float) -> float:
    """Found * log(found / expected) + expected - found, also where the two are nearly the same."""
    if abs(found - expected) >= 0.1 * (found + expected):
        return found * math.log(found / expected) + expected - found
    ratio = (found - expected) / (found + expected)
    total = (found - expected) * ratio
    term = 2 * found * ratio
    for odd in range(3, 2000, 2):
        term *= ratio * ratio
        before, total = total, total + term / odd
        if total == before:
            break
    return total
