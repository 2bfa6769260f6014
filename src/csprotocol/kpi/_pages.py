"""Which product pages sell without help, and which need work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import whole
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._view import View

__all__ = ["PageSupport", "hit_rate", "rank_pages", "support_contact_rate"]


@dataclass(frozen=True, slots=True)
class PageSupport(Viewed):
    """One page with its sales and the requests for help that it caused.

    >>> page = PageSupport("/mug", sales=200, help_requests=10)
    >>> page.hit_rate.value, page.support_contact_rate.value
    (20.0, 0.05)

    Raises:
        InvalidValueError: a count that is negative or no whole number.
    """

    page: str
    sales: int
    help_requests: int

    def __post_init__(self) -> None:
        whole("PageSupport.sales", self.sales)
        whole("PageSupport.help_requests", self.help_requests)

    @property
    def hit_rate(self) -> Ratio:
        """Sales per request for help: high is good."""
        return Ratio(self.sales, self.help_requests)

    @property
    def support_contact_rate(self) -> Ratio:
        """Requests for help per sale: high needs work."""
        return Ratio(self.help_requests, self.sales)

    def _view(self) -> View:
        rows = (("sales per request", str(self.hit_rate)), ("requests per sale", str(self.support_contact_rate)))
        return View("Support of a page", self.page, rows)


def hit_rate(sales: int, help_requests: int) -> Ratio:
    """Sales per request for help, as the guides write it: 20.0 is twenty sales for one question.

    They also say that pages with high rates need work, which is only true of :func:`support_contact_rate`.

    >>> hit_rate(sales=200, help_requests=10).value
    20.0
    >>> hit_rate(sales=200, help_requests=0).value is None
    True

    Raises:
        InvalidValueError: a count that is negative or no whole number.
    """
    return PageSupport("", sales, help_requests).hit_rate


def support_contact_rate(sales: int, help_requests: int) -> Ratio:
    """Requests for help per sale: the inverse of the hit rate, by which pages are ranked for work.

    >>> support_contact_rate(sales=200, help_requests=10).value
    0.05

    Raises:
        InvalidValueError: a count that is negative or no whole number.
    """
    return PageSupport("", sales, help_requests).support_contact_rate


def rank_pages(pages: Iterable[PageSupport]) -> tuple[PageSupport, ...]:
    """The pages that need work most first: by requests per sale, then by requests, then by name.

    A page with requests and no sale comes before all others; one with neither comes last, as it tells nothing.

    >>> mug, lamp = PageSupport("/mug", 200, 10), PageSupport("/lamp", 5, 4)
    >>> [page.page for page in rank_pages([mug, lamp, PageSupport("/rug", 0, 1)])]
    ['/rug', '/lamp', '/mug']

    Raises:
        InvalidValueError: a page listed twice; its counts would have to be added.
    """
    given = tuple(pages)
    for name, count in Counter(page.page for page in given).items():
        if count > 1:
            raise InvalidValueError.of("pages", name, expected="listed once", hint="add up its counts")

    def need(page: PageSupport) -> tuple[int, object, int, str]:
        rate = page.support_contact_rate.exact
        group = 2 if not (page.sales or page.help_requests) else 0 if rate is None else 1
        return group, -(rate or 0), -page.help_requests, page.page

    return tuple(sorted(given, key=need))
