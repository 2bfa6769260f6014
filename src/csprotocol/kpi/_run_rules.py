"""Which points of a control chart are no chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from csprotocol.kpi._choice import chosen

__all__ = ["Root", "RunRule", "RunRules", "Signal", "rules_of", "signals"]


class RunRule(StrEnum):
    """One sign of a change, told of points against the centre and the sigma of their chart; "beyond" is strictly.

    >>> [str(rule) for rule in RunRules.BASIC.rules]
    ['beyond_limits', 'eight_on_one_side']
    """

    BEYOND_LIMITS = "beyond_limits"
    """One point more than 3 sigma from the centre."""
    TWO_OF_THREE_BEYOND_TWO_SIGMA = "two_of_three_beyond_two_sigma"
    """Two of three in a row more than 2 sigma from it, on one side."""
    FOUR_OF_FIVE_BEYOND_ONE_SIGMA = "four_of_five_beyond_one_sigma"
    """Four of five in a row more than 1 sigma from it, on one side."""
    EIGHT_ON_ONE_SIDE = "eight_on_one_side"
    """Eight in a row on one side; a point on the centre ends the row."""
    NINE_ON_ONE_SIDE = "nine_on_one_side"
    """Nine in a row on one side."""
    THREE_OF_FOUR_NEARER_A_LIMIT = "three_of_four_nearer_a_limit"
    """Three of four in a row nearer to the limit than to the centre (beyond 1.5 sigma), on one side."""
    SIX_IN_ONE_DIRECTION = "six_in_one_direction"
    """Six in a row that rise, or that fall."""
    FOURTEEN_ALTERNATING = "fourteen_alternating"
    """Fourteen in a row that go up and down by turns."""
    FIFTEEN_WITHIN_ONE_SIGMA = "fifteen_within_one_sigma"
    """Fifteen in a row less than 1 sigma from the centre: the limits may be those of a mixture."""
    EIGHT_OUTSIDE_ONE_SIGMA = "eight_outside_one_sigma"
    """Eight in a row more than 1 sigma from the centre, on both sides."""


class RunRules(StrEnum):
    """Sets of rules as they were published. Each rule more finds more changes, and cries wolf more often.

    ``basic``, the default, is the first and the last rule of Western Electric: a point beyond the limits, eight on
    one side. Sources: Western Electric, Statistical Quality Control Handbook, 1956; L. S. Nelson, Journal of
    Quality Technology 16(4), 1984; D. J. Wheeler, Understanding Variation (unverified), for XmR charts.

    >>> len(RunRules.WESTERN_ELECTRIC.rules), len(RunRules.NELSON.rules), len(RunRules.WHEELER.rules)
    (4, 8, 3)
    """

    BASIC = "basic"
    WESTERN_ELECTRIC = "western_electric"
    NELSON = "nelson"
    WHEELER = "wheeler"

    @property
    def rules(self) -> tuple[RunRule, ...]:
        """The rules of the set.

        >>> RunRules.WHEELER.rules[-1]
        <RunRule.THREE_OF_FOUR_NEARER_A_LIMIT: 'three_of_four_nearer_a_limit'>
        """
        return _SETS[self]


_SETS = {
    RunRules.BASIC: (RunRule.BEYOND_LIMITS, RunRule.EIGHT_ON_ONE_SIDE),
    RunRules.WESTERN_ELECTRIC: (
        RunRule.BEYOND_LIMITS,
        RunRule.TWO_OF_THREE_BEYOND_TWO_SIGMA,
        RunRule.FOUR_OF_FIVE_BEYOND_ONE_SIGMA,
        RunRule.EIGHT_ON_ONE_SIDE,
    ),
    RunRules.NELSON: (
        RunRule.BEYOND_LIMITS,
        RunRule.NINE_ON_ONE_SIDE,
        RunRule.SIX_IN_ONE_DIRECTION,
        RunRule.FOURTEEN_ALTERNATING,
        RunRule.TWO_OF_THREE_BEYOND_TWO_SIGMA,
        RunRule.FOUR_OF_FIVE_BEYOND_ONE_SIGMA,
        RunRule.FIFTEEN_WITHIN_ONE_SIGMA,
        RunRule.EIGHT_OUTSIDE_ONE_SIGMA,
    ),
    RunRules.WHEELER: (
        RunRule.BEYOND_LIMITS,
        RunRule.EIGHT_ON_ONE_SIDE,
        RunRule.THREE_OF_FOUR_NEARER_A_LIMIT,
    ),
}


class Signal(NamedTuple):
    """A rule that was met: by the points ``first`` to ``last``, counted from 0 among all that were given.

    >>> from csprotocol.kpi import xmr
    >>> xmr([5, 6, 5, 6, 5, 6, 5, 6, 40], baseline=8).signals
    (Signal(rule=<RunRule.BEYOND_LIMITS: 'beyond_limits'>, first=8, last=8),)
    """

    rule: RunRule
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Root:
    """A sigma by its square, against which exact numbers are held without rounding.

    >>> 3 * Root(Fraction(4, 49)) < Fraction(6, 7), 3 * Root(Fraction(4, 49)) > Fraction(5, 7)
    (False, True)
    """

    square: Fraction

    def __rmul__(self, factor: float) -> Root:
        return Root(self.square * Fraction(factor) ** 2)

    def __lt__(self, number: Fraction) -> bool:
        return number > 0 and self.square < number**2

    def __gt__(self, number: Fraction) -> bool:
        return number < 0 or self.square > number**2


class _Point(NamedTuple):
    """A value by its distance from the centre, and the sigma that holds for it."""

    value: Any
    off: Any
    sigma: Any

    def beyond(self, sigmas: float, side: int) -> bool:
        return bool(self.off * side > sigmas * self.sigma)


def signals(
    values: Sequence[float | Fraction | None],
    centres: Sequence[float | Fraction],
    sigmas: Sequence[float | Root],
    wanted: Sequence[RunRule],
) -> tuple[Signal, ...]:
    """Every rule met, by the last point and then in the order of the rules. A gap ends every row."""
    points = [
        None if value is None else _Point(value, value - centre, sigma)
        for value, centre, sigma in zip(values, centres, sigmas, strict=True)
    ]
    found = []
    row: list[_Point] = []
    for last, point in enumerate(points):
        row = [] if point is None else [*row[1 - _LONGEST :], point]
        for rule in wanted:
            fewest, length, met = _RULES[rule]
            looked_at = row[-length:]
            if len(looked_at) >= fewest and met(looked_at):
                found.append(Signal(rule, last - len(looked_at) + 1, last))
    return tuple(found)


def rules_of(rules: RunRules | str | Iterable[RunRule | str]) -> tuple[RunRule, ...]:
    """The rules of a set, or those named."""
    if isinstance(rules, str):
        return chosen(RunRules, "rules", rules).rules
    return tuple(dict.fromkeys(chosen(RunRule, "rules", rule) for rule in rules))


_Row = Sequence[_Point]


def _several_beyond(several: int, sigmas: float) -> Callable[[_Row], bool]:
    """So many of the row on one side, the last point among them: else the same few would be told twice."""
    return lambda row: any(
        row[-1].beyond(sigmas, side) and sum(point.beyond(sigmas, side) for point in row) >= several for side in (1, -1)
    )


def _one_side(row: _Row) -> bool:
    return any(all(point.off * side > 0 for point in row) for side in (1, -1))


def _steps(row: _Row) -> list[float]:
    return [after.value - before.value for before, after in pairwise(row)]


def _one_direction(row: _Row) -> bool:
    steps = _steps(row)
    return all(step > 0 for step in steps) or all(step < 0 for step in steps)


def _alternating(row: _Row) -> bool:
    steps = _steps(row)
    return all(before < 0 < after or after < 0 < before for before, after in pairwise(steps))


def _within_one_sigma(row: _Row) -> bool:
    return all(abs(point.off) < point.sigma for point in row)


def _outside_one_sigma(row: _Row) -> bool:
    outside = all(abs(point.off) > point.sigma for point in row)
    return outside and not _one_side(row)


# With how many points each rule begins, at how many it looks, and what they must be.
_RULES: dict[RunRule, tuple[int, int, Callable[[_Row], bool]]] = {
    RunRule.BEYOND_LIMITS: (1, 1, _several_beyond(1, 3)),
    RunRule.TWO_OF_THREE_BEYOND_TWO_SIGMA: (2, 3, _several_beyond(2, 2)),
    RunRule.FOUR_OF_FIVE_BEYOND_ONE_SIGMA: (4, 5, _several_beyond(4, 1)),
    RunRule.EIGHT_ON_ONE_SIDE: (8, 8, _one_side),
    RunRule.NINE_ON_ONE_SIDE: (9, 9, _one_side),
    RunRule.THREE_OF_FOUR_NEARER_A_LIMIT: (3, 4, _several_beyond(3, 1.5)),
    RunRule.SIX_IN_ONE_DIRECTION: (6, 6, _one_direction),
    RunRule.FOURTEEN_ALTERNATING: (14, 14, _alternating),
    RunRule.FIFTEEN_WITHIN_ONE_SIGMA: (15, 15, _within_one_sigma),
    RunRule.EIGHT_OUTSIDE_ONE_SIGMA: (8, 8, _outside_one_sigma),
}
_LONGEST = max(length for _, length, _ in _RULES.values())
