"""How satisfied customers say they are, and how easy it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from csprotocol.errors import InvalidValueError, OutOfScaleError
from csprotocol.kpi._choice import chosen, exact_number, require_several
from csprotocol.kpi._definitions import definition
from csprotocol.kpi._population import Counting, Tally
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._survey_summary import Scale, SurveyBalance, SurveyMean, SurveyShare
from csprotocol.model import FrozenDict, Rejection, TicketFacts

__all__ = [
    "OutOfScale",
    "ces",
    "ces_share",
    "csat",
    "csat_balance",
    "csat_good_bad",
    "csat_mean",
    "survey_answers",
]

Number: TypeAlias = int | float | Decimal | Fraction


class OutOfScale(StrEnum):
    """What to do with a rating that the scale does not have: raise, or count it as rejected and go on.

    >>> csat([5, 9], out_of_scale="reject").rejected
    {'out-of-scale': 1}
    """

    RAISE = "raise"
    REJECT = "reject"


def csat(
    ratings: Iterable[Number | None],
    *,
    scale: Scale = (1, 5),
    satisfied_from: Number | None = None,
    out_of_scale: OutOfScale | str = OutOfScale.RAISE,
) -> SurveyShare:
    """Satisfied answers as a share of all answers; ``None`` is a survey that nobody answered.

    Satisfied are the top two boxes, unless ``satisfied_from`` names the lowest satisfied rating. A scale of fewer
    than four boxes has no sensible top two: there it must be named.

    >>> print(csat([5, 5, 4, 3, 1, None]))
    Customer satisfaction: 3/5 (60.0%); n 5; missing 1 (no-answer 1)
    >>> csat([3, 2, 1], scale=(1, 3), satisfied_from=3).value
    0.3333333333333333
    >>> csat([None, None]).value is None
    True

    Raises:
        OutOfScaleError: a rating outside ``scale``, unless ``out_of_scale="reject"``.
        InvalidValueError: a scale that is none, or a limit outside it.
    """
    return _share("csat", ratings, scale, _limit(scale, "satisfied_from", satisfied_from, boxes=2), out_of_scale)


def csat_mean(
    ratings: Iterable[Number | None],
    *,
    scale: Scale = (1, 5),
    out_of_scale: OutOfScale | str = OutOfScale.RAISE,
) -> SurveyMean:
    """Mean of the answers, also rescaled to 0..100; ``None`` is a survey that nobody answered.

    >>> csat_mean([5, 5, 4, 3, 1, None]).value
    3.6

    Raises:
        OutOfScaleError: a rating outside ``scale``, unless ``out_of_scale="reject"``.
        InvalidValueError: a scale that is none.
    """
    return _mean("csat_mean", ratings, scale, out_of_scale)


def csat_balance(
    ratings: Iterable[Number | None],
    *,
    scale: Scale = (1, 5),
    satisfied_from: Number | None = None,
    dissatisfied_to: Number | None = None,
    out_of_scale: OutOfScale | str = OutOfScale.RAISE,
) -> SurveyBalance:
    """Satisfied minus dissatisfied answers per answer, in points; those between count only below the line.

    Satisfied are the top two boxes, dissatisfied the lowest two, unless named: on three faces they must be.

    >>> csat_balance([5, 5, 4, 3, 1, None]).value
    40.0
    >>> csat_balance([3, 3, 2, 1], scale=(1, 3), satisfied_from=3, dissatisfied_to=1).value
    25.0
    >>> csat_balance([]).value is None
    True

    Raises:
        OutOfScaleError: a rating outside ``scale``, unless ``out_of_scale="reject"``.
        InvalidValueError: a scale that is none, a limit outside it, limits that do not rise.
    """
    above = _limit(scale, "satisfied_from", satisfied_from, boxes=2)
    below = _limit(scale, "dissatisfied_to", dissatisfied_to, boxes=2)
    if dissatisfied_to is None:
        below = Fraction(_checked(scale)[0] + 1)
    if not below < above:
        raise InvalidValueError.of("dissatisfied_to", dissatisfied_to, expected=f"below satisfied_from, {above}")
    answers = _read("csat_balance", ratings, scale, out_of_scale)
    satisfied, dissatisfied = (sum(x >= above for x in answers.given), sum(x <= below for x in answers.given))
    limits = {"satisfied_from": f"{float(above):g}", "dissatisfied_to": f"{float(below):g}"}
    return SurveyBalance(
        definition=definition("csat_balance"),
        options=FrozenDict({**answers.options, **limits}),
        satisfied=satisfied,
        neutral=len(answers.given) - satisfied - dissatisfied,
        dissatisfied=dissatisfied,
        asked=answers.asked,
        rejected=_counted(answers.rejections),
        rejections=answers.rejections,
    )


def csat_good_bad(ratings: Iterable[str | None], *, out_of_scale: OutOfScale | str = OutOfScale.RAISE) -> SurveyShare:
    """Good answers as a share of good and bad ones.

    Zendesk's other words are understood: ``offered`` is a survey without an answer, as ``None`` is; ``unoffered``
    was never sent; a comment changes nothing.

    >>> csat_good_bad(["good", "good", "goodwithcomment", "bad", "offered", "unoffered"]).ratio
    Ratio(numerator=3, denominator=4)

    Raises:
        OutOfScaleError: another word, unless ``out_of_scale="reject"``.
    """
    handling = chosen(OutOfScale, "out_of_scale", out_of_scale)
    require_several("ratings", ratings)
    good = answered = asked = 0
    rejections = []
    for rating in ratings:
        verdict = rating.replace("_", "").removesuffix("withcomment") if isinstance(rating, str) else rating
        if verdict == "unoffered":
            continue
        if verdict not in {None, "offered", "good", "bad"}:
            error = OutOfScaleError.of_rating("csat", rating, "good or bad")
            if handling is OutOfScale.RAISE:
                raise error
            rejections.append(Rejection(error.code, str(error)))
            continue
        asked += 1
        answered += verdict in {"good", "bad"}
        good += verdict == "good"
    return SurveyShare(
        definition=definition("csat"),
        options=FrozenDict(scale="good or bad", out_of_scale=str(handling)),
        ratio=Ratio(good, answered),
        asked=asked,
        rejected=_counted(rejections),
        rejections=tuple(rejections),
    )


def ces(
    ratings: Iterable[Number | None],
    *,
    scale: Scale = (1, 7),
    out_of_scale: OutOfScale | str = OutOfScale.RAISE,
) -> SurveyMean:
    """Customer effort score: the mean of the answers from 1 (hard) to 7 (easy).

    >>> ces([7, 6, 2, None]).value
    5.0

    Raises:
        OutOfScaleError: a rating outside ``scale``, unless ``out_of_scale="reject"``.
        InvalidValueError: a scale that is none.
    """
    return _mean("ces", ratings, scale, out_of_scale)


def ces_share(
    ratings: Iterable[Number | None],
    *,
    scale: Scale = (1, 7),
    easy_from: Number | None = None,
    out_of_scale: OutOfScale | str = OutOfScale.RAISE,
) -> SurveyShare:
    """Customers for whom it was easy, as a share of those who answered: the top three boxes.

    >>> print(ces_share([7, 6, 2, None]).ratio)
    2/3 (66.7%)

    Raises:
        OutOfScaleError: a rating outside ``scale``, unless ``out_of_scale="reject"``.
        InvalidValueError: a scale that is none, or a limit outside it.
    """
    return _share("ces", ratings, scale, _limit(scale, "easy_from", easy_from, boxes=3), out_of_scale)


def survey_answers(
    facts: Iterable[TicketFacts],
    metric: Literal["csat", "nps", "ces"],
    *,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> Iterator[int | float | None]:
    """The ratings of tickets, each ticket once; for ``csat`` also ``None`` for each that was asked and did not answer.

    Of ``nps`` and ``ces`` nobody says which tickets were asked: there are the answers only, and no response rate.
    Exports hold ratings that no scale has: with ``out_of_scale="reject"`` one of them does not cost the whole sample.

    >>> asked = [TicketFacts(ticket_id="1", csat=5, surveyed=True), TicketFacts(ticket_id="2", surveyed=True)]
    >>> list(survey_answers([*asked, TicketFacts(ticket_id="3")], "csat"))
    [5, None]
    >>> list(survey_answers(asked, "nps"))
    []

    Raises:
        InvalidValueError: an unknown metric or option.
    """
    if metric not in {"csat", "nps", "ces"}:
        raise InvalidValueError.unknown("metric", metric, ("csat", "nps", "ces"))
    tickets = Tally(merged=merged, spam=spam).tickets(facts)
    return (
        getattr(ticket, metric)
        for ticket in tickets
        if getattr(ticket, metric) is not None or (metric == "csat" and ticket.surveyed)
    )


class _Answers(NamedTuple):
    given: tuple[Fraction, ...]
    asked: int
    rejections: tuple[Rejection, ...]
    options: Mapping[str, str]


def _share(
    kpi: str, ratings: Iterable[Number | None], scale: Scale, limit: Fraction, out_of_scale: OutOfScale | str
) -> SurveyShare:
    answers = _read(kpi, ratings, scale, out_of_scale)
    return SurveyShare(
        definition=definition(kpi),
        options=FrozenDict({**answers.options, "satisfied_from": f"{float(limit):g}"}),
        ratio=Ratio(sum(rating >= limit for rating in answers.given), len(answers.given)),
        asked=answers.asked,
        rejected=_counted(answers.rejections),
        rejections=answers.rejections,
    )


def _mean(kpi: str, ratings: Iterable[Number | None], scale: Scale, out_of_scale: OutOfScale | str) -> SurveyMean:
    answers = _read(kpi, ratings, scale, out_of_scale)
    return SurveyMean(
        definition=definition(kpi),
        options=answers.options,
        total=sum(answers.given, Fraction(0)),
        n=len(answers.given),
        scale=scale,
        asked=answers.asked,
        rejected=_counted(answers.rejections),
        rejections=answers.rejections,
    )


def _read(survey: str, ratings: Iterable[Number | None], scale: Scale, out_of_scale: OutOfScale | str) -> _Answers:
    """The answers on the scale; the others raise or are put aside."""
    low, high = _checked(scale)
    handling = chosen(OutOfScale, "out_of_scale", out_of_scale)
    given: list[Fraction] = []
    rejections: list[Rejection] = []
    asked = 0
    for rating in ratings:
        if rating is None:
            asked += 1
        elif (exact := exact_number(rating)) is not None and low <= exact <= high:
            asked += 1
            given.append(exact)
        else:
            error = OutOfScaleError.of_rating(survey, rating, f"{low} to {high}")
            if handling is OutOfScale.RAISE:
                raise error
            rejections.append(Rejection(error.code, str(error)))
    options = FrozenDict(scale=f"{low} to {high}", out_of_scale=str(handling))
    return _Answers(tuple(given), asked, tuple(rejections), options)


def _checked(scale: object) -> Scale:
    ends = tuple(scale) if isinstance(scale, list | tuple) else ()
    exact = [number for number in map(exact_number, ends) if number is not None]
    if len(ends) != 2 or len(exact) != 2 or not exact[0] < exact[1]:
        raise InvalidValueError.of("scale", scale, expected="two ends, the lower first")
    low, high = ends
    return low, high


def _limit(scale: Scale, field: str, given: Number | None, *, boxes: int) -> Fraction:
    """The lowest rating that counts: as given, else the lowest of the top ``boxes``."""
    low, high = _checked(scale)
    if given is None:
        if high - low + 1 < 2 * boxes:
            raise InvalidValueError.of(
                field,
                given,
                expected=f"named on a scale of {low} to {high}",
                hint="which ratings count?",
            )
        return Fraction(high - boxes + 1)
    exact = exact_number(given)
    if exact is None or not low <= exact <= high:
        raise InvalidValueError.of(field, given, expected=f"between {low} and {high}")
    return exact


def _counted(rejections: Iterable[Rejection]) -> Mapping[str, int]:
    count = len(tuple(rejections))
    return FrozenDict({OutOfScaleError.code: count} if count else {})
