"""Where closed dates come from, and which years their source knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Protocol

from csprotocol import _parse
from csprotocol.errors import InvalidScheduleError, MissingExtraError, one_of
from csprotocol.model import FrozenDict

__all__ = ["Holiday", "HolidaySource", "ListedHolidays", "PublicHolidays"]


class HolidaySource(Protocol):
    """Anything that knows the holidays of a year and says which years it knows.

    ``coverage`` is the first and last year, or ``None`` where the source is complete by itself (a list of dates).
    ``names`` gives the dates of one year with their names.
    """

    @property
    def label(self) -> str:
        """What an error message calls it."""
        ...

    @property
    def coverage(self) -> tuple[int, int] | None:
        """First and last year it knows."""
        ...

    @property
    def on_uncovered(self) -> Literal["error", "ignore"]:
        """Whether a year outside the coverage is an error or a year without holidays."""
        ...

    def names(self, year: int) -> Mapping[dt.date, str]:
        """The holidays of ``year`` by date."""
        ...


@dataclass(frozen=True, slots=True)
class Holiday:
    """One closed date; the name shows up in explanations.

    Raises:
        InvalidScheduleError: the date is no ``date`` (a text, an instant), or the name is no text.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    date: Annotated[dt.date, _parse.ISO_DATE]
    name: str = ""

    def __post_init__(self) -> None:
        require_date(self.date, "holidays.date")
        require_text(self.name, "holidays.name")


@dataclass(frozen=True, slots=True)
class ListedHolidays:
    """Dates that a shop listed itself: what is not listed is no holiday, in any year."""

    dates: Mapping[dt.date, str]
    label: ClassVar[str] = "the listed dates"
    coverage: ClassVar[None] = None
    on_uncovered: ClassVar[Literal["error"]] = "error"

    def names(self, year: int) -> Mapping[dt.date, str]:
        """The listed dates of ``year``."""
        return {day: name for day, name in self.dates.items() if day.year == year}


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a country or one of its parts, by the ``holidays`` package (extra ``[holidays]``).

    ``country`` is an ISO 3166-1 code, ``subdivision`` the part after the dash of ISO 3166-2 (``"MD"`` for Madrid),
    ``language`` a tag that the package knows for the country. The package answers "no holiday" outside the years
    it knows; here that is a ``HolidayCoverageError`` unless ``on_uncovered`` is ``"ignore"``. It leaves out Spanish
    holidays that fall on a Sunday: a shop that opens on Sundays should list those dates itself.

    A document can be read and written without the package. So whether country, subdivision and language are known,
    and the package is installed, shows at the first question (``coverage``, ``names``, any question to a calendar),
    or at once with :meth:`check`.

    Raises:
        InvalidScheduleError: at birth, where a value is no text or ``on_uncovered`` is unknown; at the first
            question, where country, subdivision or language are unknown.
        MissingExtraError: at the first question, where the package is not installed.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    country: str
    subdivision: str | None = None
    language: str | None = None
    on_uncovered: Literal["error", "ignore"] = "error"

    def __post_init__(self) -> None:
        require_text(self.country, "holidays.country")
        for part, place in ((self.subdivision, "holidays.subdivision"), (self.language, "holidays.language")):
            if part is not None:
                require_text(part, place)
        if self.on_uncovered not in ("error", "ignore"):
            known = one_of(("error", "ignore"), found=self.on_uncovered)
            raise InvalidScheduleError.at("holidays.on_uncovered", f"{self.on_uncovered!r} is unknown; {known}")

    def check(self) -> None:
        """Nothing, where the package knows country, subdivision and language.

        Raises:
            InvalidScheduleError: one of them is unknown; the message says what is possible.
            MissingExtraError: the package is not installed.
        """
        self._known_country()

    @property
    def label(self) -> str:
        """``ES-MD``."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country

    @property
    def coverage(self) -> tuple[int, int]:
        """First and last year that the package knows for this country."""
        kind = _country_class(self.country)
        return int(kind.start_year), int(kind.end_year)

    def names(self, year: int) -> Mapping[dt.date, str]:
        """The holidays of ``year``; several on one date are joined by a semicolon."""
        first, last = self.coverage
        if not first <= year <= last:
            return {}
        kind = self._known_country()
        # expand=False: asking for one year must not pull in its neighbours.
        return dict(kind(years=year, subdiv=self.subdivision, language=self.language, expand=False))

    def _known_country(self) -> Any:
        kind = _country_class(self.country)
        if self.subdivision is not None and self.subdivision not in (
            *kind.subdivisions,
            *kind.subdivisions_aliases,
        ):
            known = one_of(kind.subdivisions, found=self.subdivision)
            raise InvalidScheduleError.at("holidays.subdivision", f"{self.subdivision!r} is unknown; {known}")
        if self.language is not None and self.language not in kind.supported_languages:
            # The package would fall back to another language without a word.
            known = one_of(kind.supported_languages, found=self.language)
            raise InvalidScheduleError.at("holidays.language", f"{self.language!r} is unknown; {known}")
        return kind


def require_date(found: object, place: str) -> None:
    """Nothing, where ``found`` is a date.

    Raises:
        InvalidScheduleError: it is a text, an instant, or anything else.
    """
    if not isinstance(found, dt.date) or isinstance(found, dt.datetime):
        hint = "; write datetime.date.fromisoformat(...)" if isinstance(found, str) else ""
        raise InvalidScheduleError.at(place, f"must be a date, got {found!r}{hint}")


def require_text(found: object, place: str) -> None:
    """Nothing, where ``found`` is a text.

    Raises:
        InvalidScheduleError: it is anything else.
    """
    if not isinstance(found, str):
        raise InvalidScheduleError.at(place, f"must be a text, got {found!r}")


def _country_class(country: str) -> Any:
    try:
        import holidays
    except ImportError:
        raise MissingExtraError.of("holidays", f"the public holidays of {country}") from None
    kind = getattr(holidays, country, None) if country.isupper() else None
    if kind is None or not hasattr(kind, "subdivisions"):
        # Only now: listing them imports all of them.
        known = one_of(holidays.list_supported_countries(include_aliases=False), found=country)
        raise InvalidScheduleError.at("holidays.country", f"{country!r} is unknown; {known}")
    return kind


def listed(dates: Mapping[dt.date, str]) -> ListedHolidays:
    """A source of the given dates."""
    return ListedHolidays(FrozenDict(dates))
