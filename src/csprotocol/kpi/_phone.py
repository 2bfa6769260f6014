"""How the phone was served."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import spent, whole
from csprotocol.kpi._definitions import Definition, definition
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._population import Tally
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._summary import DurationSummary, Measured
from csprotocol.kpi._view import View
from csprotocol.model import Rejection

__all__ = ["ServiceLevel", "abandonment", "aht", "asa", "service_level"]


def aht(
    *, talk: timedelta, handled: int, hold: timedelta = timedelta(0), wrap: timedelta = timedelta(0)
) -> timedelta | None:
    """Average handle time: talk, hold and wrap-up together, by contact handled; ``None`` when none was.

    >>> second = timedelta(seconds=1)
    >>> aht(talk=300 * second, hold=60 * second, wrap=90 * second, handled=3)
    datetime.timedelta(seconds=150)

    Raises:
        InvalidValueError: a negative duration, a count that is negative or no whole number.
    """
    for field, took in (("talk", talk), ("hold", hold), ("wrap", wrap)):
        if spent(field, took) < timedelta(0):
            raise InvalidValueError.of(field, took, expected="a duration, zero or more")
    return (talk + hold + wrap) / handled if whole("handled", handled) else None


def asa(waits_answered: Iterable[timedelta]) -> DurationSummary:
    """Average speed of answer is the ``mean`` of this summary of waits before an answer.

    Callers who gave up are left out by definition, which makes a bad day look good: read it with
    :func:`abandonment`. A negative wait is rejected.

    >>> asa([timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=30)]).mean
    datetime.timedelta(seconds=20)

    Raises:
        InvalidValueError: a wait that is no ``timedelta``.
    """
    waits = (
        Measured(wait)
        if spent("wait", wait) >= timedelta(0)
        else Measured(rejection=Rejection("negative-duration", f"a wait must not be negative, got {wait}"))
        for wait in waits_answered
    )
    return DurationSummary.of(definition("asa"), {}, Tally(), waits)


def abandonment(abandoned: int, offered: int, *, short: int = 0) -> Ratio:
    """Callers who gave up, as a share of all calls offered.

    ``short`` of them gave up so fast (under a threshold of the shop's own) that they leave both sides.

    >>> print(abandonment(10, 100), abandonment(10, 100, short=4))
    10/100 (10.0%) 6/96 (6.2%)

    Raises:
        InvalidValueError: a count that is negative or no whole number, or a part larger than its whole.
    """
    if whole("abandoned", abandoned) > whole("offered", offered):
        raise InvalidValueError.of("abandoned", abandoned, expected=f"at most the {offered} offered")
    if whole("short", short) > abandoned:
        raise InvalidValueError.of("short", short, expected=f"at most the {abandoned} abandoned")
    return Ratio(abandoned - short, offered - short)


@dataclass(frozen=True, slots=True)
class ServiceLevel(Viewed):
    """Calls answered within a target, over three denominators. Adding pools.

    >>> level = ServiceLevel(answered_within=72, answered=85, abandoned_within=5, abandoned=15)
    >>> for share in (level.of_offered, level.of_answered, level.without_short_abandons):
    ...     print(share)
    72/100 (72.0%)
    72/85 (84.7%)
    72/95 (75.8%)

    Raises:
        InvalidValueError: a count that is negative or no whole number, or a part larger than its whole.
    """

    answered_within: int
    answered: int
    abandoned_within: int = 0
    abandoned: int = 0

    def __post_init__(self) -> None:
        for field in ("answered_within", "answered", "abandoned_within", "abandoned"):
            whole(f"ServiceLevel.{field}", getattr(self, field))
        for part, total in (("answered_within", "answered"), ("abandoned_within", "abandoned")):
            if getattr(self, part) > getattr(self, total):
                raise InvalidValueError.of(
                    f"ServiceLevel.{part}",
                    getattr(self, part),
                    expected=f"at most the {getattr(self, total)} {total}",
                )

    @property
    def definition(self) -> Definition:
        """What a service level means here."""
        return definition("service_level")

    @property
    def of_offered(self) -> Ratio:
        """Of all calls: the strictest."""
        return Ratio(self.answered_within, self.answered + self.abandoned)

    @property
    def of_answered(self) -> Ratio:
        """Of answered calls: callers who gave up do not appear."""
        return Ratio(self.answered_within, self.answered)

    @property
    def without_short_abandons(self) -> Ratio:
        """Of all calls but those that were given up within the target."""
        return Ratio(self.answered_within, self.answered + self.abandoned - self.abandoned_within)

    @property
    def value(self) -> float | None:
        """The share of :attr:`of_offered`; ``None`` without calls."""
        return self.of_offered.value

    def __add__(self, other: ServiceLevel) -> ServiceLevel:
        if not isinstance(other, ServiceLevel):
            return NotImplemented
        return ServiceLevel(
            self.answered_within + other.answered_within,
            self.answered + other.answered,
            self.abandoned_within + other.abandoned_within,
            self.abandoned + other.abandoned,
        )

    def __str__(self) -> str:
        return f"{self.definition.name}: {self.of_offered}"

    def _view(self) -> View:
        rows = (
            ("of offered", str(self.of_offered)),
            ("of answered", str(self.of_answered)),
            ("without short abandons", str(self.without_short_abandons)),
        )
        return View(self.definition.name, str(self.of_offered), rows, about=self.definition._view().rows)


def service_level(
    *, answered_within: int, answered: int, abandoned_within: int = 0, abandoned: int = 0
) -> ServiceLevel:
    """The service level from counts; ``answered_within`` and ``abandoned_within`` are parts of the other two.

    >>> service_level(answered_within=72, answered=85, abandoned=15).of_offered.value
    0.72

    Raises:
        InvalidValueError: a count that is negative or no whole number, or a part larger than its whole.
    """
    return ServiceLevel(answered_within, answered, abandoned_within, abandoned)
