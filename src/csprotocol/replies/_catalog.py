"""The catalogue: situations, sentences, and the replies they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from csprotocol._parse import read_document
from csprotocol.errors import (
    CatalogError,
    InvalidValueError,
    NoSentencesError,
    Problem,
    ReplyArgumentError,
    UnknownSituationError,
)
from csprotocol.model import FrozenDict
from csprotocol.model._words import member
from csprotocol.replies import cldr
from csprotocol.replies._channels import ReplyChannel, Tone
from csprotocol.replies._layers import builtin_situations, layer_of, nearest, overlay_folder
from csprotocol.replies._plan import Plan, keys_for, parsed, variables_in
from csprotocol.replies._reply import Reply
from csprotocol.replies._resolve import Layer, Resolved, Voice, resolve, voice_of
from csprotocol.replies._sentence import compiled
from csprotocol.replies._situation import DENIAL, Denials, Shared, Situation, read_situations
from csprotocol.replies._targets import TEXT
from csprotocol.replies._texts import LocaleTexts, Sentence, builtin_locales, builtin_texts, overlay_texts
from csprotocol.replies._variables import UnfitError, Variable
from csprotocol.replies.cldr import Grouping

if TYPE_CHECKING:
    from csprotocol.replies._lint import Diagnostic
    from csprotocol.replies.export import Exported

__all__ = ["Catalog"]

# Locales come from customers' browsers: what was prepared for them must not grow without end.
_MOST_PLANS: Final = 4096
# The sentence for denials that have none of their own.
_OTHER: Final = "other"


class Catalog:
    """Situations and sentences, ready to be rendered. Frozen, safe between threads; sentences compile when needed.

    >>> from datetime import date
    >>> from csprotocol.model import Money
    >>> catalog = Catalog.builtin("es", "en")
    >>> reply = catalog.render(
    ...     "order.delayed", locale="es-AR", order="#1001", days=3, eta=date(2026, 11, 27), customer_name="Ana"
    ... )
    >>> reply.locale, reply.tone, reply.ready()
    ('es-AR', <Tone.INFORMAL: 'informal'>, True)
    """

    __slots__ = (
        "_layers",
        "_made",
        "_plans",
        "_shared",
        "_situations",
        "default_locale",
        "grouping",
        "locales",
        "tone",
    )

    def __init__(
        self,
        *,
        shared: Shared,
        situations: Mapping[str, Situation],
        layers: tuple[Layer, ...],
        locales: tuple[str, ...],
        default_locale: str,
        tone: Tone | None,
        grouping: Grouping,
    ) -> None:
        self._shared = shared
        self._situations = situations
        self._layers = layers
        # By the locale as it was written, and by what it means.
        self._plans: dict[tuple[str, str, Tone | None, ReplyChannel], Plan] = {}
        self._made: dict[tuple[str, str, Tone | None, ReplyChannel], Plan] = {}
        if grouping not in ("auto", "always"):
            raise InvalidValueError.unknown("grouping", grouping, ("auto", "always"))
        self.locales = locales
        self.default_locale = default_locale
        self.tone = tone
        self.grouping = grouping

    def __setattr__(self, name: str, value: object) -> None:
        # What was compiled knows the old value.
        if hasattr(self, name):
            raise AttributeError(f"a catalogue never changes; make another one with another {name}")
        super().__setattr__(name, value)

    @classmethod
    def builtin(
        cls,
        *locales: str,
        default_locale: str | None = None,
        tone: Tone | str | None = None,
        grouping: Grouping = "auto",
    ) -> Catalog:
        """The library's own catalogue, in ``locales`` with their parents and regions; in all languages by default.

        Who asks for a language that it lacks is answered in ``default_locale`` (the first of ``locales``, else
        English). ``tone`` is the shop's form of address; without it, the one that is usual in each language.

        >>> Catalog.builtin("fr").locales
        ('fr',)
        >>> len(Catalog.builtin()), len(Catalog.builtin().locales)
        (48, 14)

        Raises:
            InvalidValueError: there are no sentences in one of the locales.
        """
        known = builtin_locales()
        wanted = tuple(dict.fromkeys(nearest(locale, known) for locale in locales)) or known
        default = default_locale or next(iter(locales), "en")
        held = {name for name in known if not set(cldr.fallback_chain(name)).isdisjoint(wanted)}
        held |= {name for locale in wanted for name in cldr.fallback_chain(locale) if name in known}

        def layer(locale: str) -> LocaleTexts | None:
            return builtin_texts(locale) if locale in held else None

        shared, situations = builtin_situations()
        return cls(
            shared=shared,
            situations=situations,
            layers=(layer,),
            locales=tuple(sorted(held)),
            default_locale=nearest(default, tuple(sorted(held)), keep=True),
            tone=None if tone is None else member(Tone, "tone", tone),
            grouping=grouping,
        )

    def overlay(self, folder: str | Path, *, strict: bool = True) -> Catalog:
        """This catalogue with a shop's own sentences on top.

        ``folder`` has a folder for each locale (``es``, ``es-AR``) with TOML files of sentences, and may have
        ``situations`` with situations of the shop's own. With ``strict`` every sentence is checked here and now.

        Raises:
            DocumentError: a file cannot be read.
            CatalogError: with ``strict``, sentences with errors; ``findings`` holds each with file and line.
        """
        path = overlay_folder(folder)
        held = overlay_texts(path)
        situations = dict(self._situations)
        for file in sorted((path / "situations").glob("*.toml")):
            name = f"situations/{file.name}"
            for situation in read_situations(name, read_document(file), self._shared):
                situations[situation.id] = situation
        made = Catalog(
            shared=self._shared,
            situations=FrozenDict(situations),
            layers=(*self._layers, layer_of(held)),
            locales=tuple(sorted({*self.locales, *held})),
            default_locale=self.default_locale,
            tone=self.tone,
            grouping=self.grouping,
        )
        if strict:
            faults = [found for found in made.lint() if found.severity == "error"]
            if faults:
                raise CatalogError.of_findings(path.name, faults)
        return made

    def __len__(self) -> int:
        return len(self._situations)

    def __repr__(self) -> str:
        return f"Catalog({len(self)} situations, locales {', '.join(self.locales)})"

    def situations(self) -> tuple[str, ...]:
        """The ids of all situations, in order.

        >>> Catalog.builtin().situations()[:2]
        ('account.gift_card_or_points', 'billing.invoice_copy')
        """
        return tuple(sorted(self._situations))

    def situation(self, situation: str) -> Situation:
        """The situation of this id.

        Raises:
            UnknownSituationError: there is none; the nearest id is named.
        """
        found = self._situations.get(str(situation))
        if found is None:
            raise UnknownSituationError.of(situation, self.situations())
        return found

    def voice(self, locale: str) -> Voice:
        """The texts that a customer of ``locale`` hears, nearest first."""
        return voice_of(locale, self._layers)

    def resolve(
        self, situation: str, *, locale: str, tone: Tone | str | None = None, channel: ReplyChannel | str = "email"
    ) -> Resolved:
        """The sentences of a reply, all in one language and one form of address.

        The wished locale and its CLDR parents come first, then the shop's default; there the wished form of address,
        then the usual one.

        Raises:
            UnknownSituationError: there is no such situation.
            NoSentencesError: neither language can say all of it.
        """
        known = self.situation(situation)
        wanted = self.tone if tone is None else member(Tone, "tone", tone)
        own = self.voice(locale)
        voices = (own, self.voice(self.default_locale))
        keys = keys_for(known, member(ReplyChannel, "channel", channel))
        found = resolve(keys, voices, wanted, asked=own.locale)
        if found is None:
            raise NoSentencesError.of(situation, dict.fromkeys(voice.locale for voice in voices))
        return found

    def render(
        self,
        situation: str,
        arguments: Mapping[str, Any] | None = None,
        /,
        *,
        locale: str,
        tone: Tone | str | None = None,
        channel: ReplyChannel | str = ReplyChannel.EMAIL,
        **more: Any,
    ) -> Reply:
        """The reply to a situation.

        Arguments are passed by name, or as a mapping where a name is taken (``channel`` of
        ``contact.channel_moved``). ``None`` means absent. ``locale`` is a BCP 47 tag; numbers and dates are written as
        there, also where the sentences are those of a parent.

        >>> from datetime import date
        >>> Catalog.builtin("en").render(
        ...     "incident.deadline_set", locale="en", channel="chat", incident="INC-7", due=date(2026, 11, 27)
        ... )
        Traceback (most recent call last):
            ...
        csprotocol.errors.ReplyArgumentError: incident.deadline_set: due must be a datetime with a time zone;
        it shows on the clock of that zone

        Raises:
            ReplyArgumentError: arguments are missing, unknown or of another kind; all of them at once.
            UnknownSituationError, NoSentencesError: as :meth:`resolve`.
            HeaderInjectionError: a value would break out of the subject line.
            ReplyTooLongError: the text has more than 64,000 characters.
        """
        try:
            plan = self._plans.get((situation, locale, tone, channel))  # type: ignore[arg-type]  # words equal their members
        except TypeError:
            plan = None  # What is no key is told by name below.
        if plan is None:
            plan = self._plan(situation, locale, tone, channel)
        if more:
            arguments = more if arguments is None else self._together(situation, _mapping(arguments), more)
        elif type(arguments) is not dict:
            arguments = _mapping(arguments)
        return plan.reply(arguments)

    def _together(self, situation: str, arguments: Mapping[str, Any], more: dict[str, Any]) -> Mapping[str, Any]:
        twice = [name for name in more if name in arguments]
        if twice:
            problems = tuple(Problem(name, "is given in the mapping and by name") for name in twice)
            raise ReplyArgumentError.of(situation, problems)
        return {**arguments, **more}

    def _plan(self, situation: str, locale: str, tone: Tone | str | None, channel: ReplyChannel | str) -> Plan:
        known_channel = member(ReplyChannel, "channel", channel)
        known_tone = None if tone is None else member(Tone, "tone", tone)
        resolved = self.resolve(situation, locale=locale, tone=tone, channel=known_channel)
        formats = cldr.formats(resolved.voice.locale, grouping=self.grouping)
        # Many spellings of a locale (es_AR, es-ar-u-nu-latn) share one plan.
        shared = (situation, cldr.fallback_chain(locale)[0], known_tone, known_channel)
        plan = self._made.get(shared) or Plan(self.situation(situation), resolved, known_channel, formats)
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
            self._made.clear()
        self._made[shared] = self._plans[situation, locale, known_tone, known_channel] = plan
        return plan

    @property
    def shared(self) -> Shared:
        """What all situations share."""
        return self._shared

    @property
    def denials(self) -> Denials:
        """The reasons for which a step of an incident may be denied."""
        return self._shared.denials

    def denial(self, code: str, params: Mapping[str, Any] | None = None, /, *, locale: str) -> str:
        """The sentence for those who serve customers on why a step of an incident is denied.

        ``code`` and ``params`` are those of a ``csprotocol.incident.Denial``; a code that nobody wrote a sentence for,
        such as that of a shop's own guard, is told in general words.

        >>> Catalog.builtin("en").denial("missing-field:assignee", {"field": "assignee"}, locale="en")
        'Something is missing: assignee.'
        """
        if not isinstance(code, str):
            raise InvalidValueError.of("code", code, expected="the code of a Denial")
        word, _, detail = code.partition(":")
        name = word.replace("-", "_")
        given = {"field": detail, "roles": tuple(detail.split("|")), **_mapping(params)}
        args = {key: fit for key, variable in self.denials.variables.items() if (fit := _fit(variable, given[key]))}
        key = f"{DENIAL}.{name if name in self.denials.codes else _OTHER}"
        sentence, formats = self._denial(key, locale)
        if not variables_in(parsed(sentence.source)) <= args.keys():
            # What it would name is not known: better said in general than with a gap.
            sentence, formats = self._denial(f"{DENIAL}.{_OTHER}", locale)
        return compiled(parsed(sentence.source), self.denials.variables, formats, TEXT, sentence.key)(args)

    def _denial(self, key: str, locale: str) -> tuple[Sentence, cldr.Formats]:
        voices = (self.voice(locale), self.voice(self.default_locale))
        found = resolve((key,), voices, self.tone, asked=voices[0].locale)
        if found is None:
            raise NoSentencesError.of(key, dict.fromkeys(voice.locale for voice in voices))
        return found.sentences[key], cldr.formats(found.voice.locale, grouping=self.grouping)

    def coverage(self) -> dict[str, dict[str, tuple[Tone | None, ...]]]:
        """For each locale the situations that it can say in full, with the forms of address in which it can.

        >>> Catalog.builtin("en", "es").coverage()["en"]["order.lost"]
        (None,)
        >>> Catalog.builtin("en", "es").coverage()["es"]["order.lost"]
        (<Tone.INFORMAL: 'informal'>, <Tone.FORMAL: 'formal'>)
        """
        voices = {locale: self.voice(locale) for locale in self.locales}
        return {
            locale: {
                name: said
                for name, situation in sorted(self._situations.items())
                if (said := voice.tones_for(situation.keys))
            }
            for locale, voice in voices.items()
        }

    def export(
        self,
        to: str,
        *,
        locale: str | None = None,
        locales: Sequence[str] | None = None,
        tone: Tone | str | None = None,
        situations: Iterable[str] | None = None,
        mapping: Mapping[str, str] | Path | None = None,
    ) -> Exported:
        """The replies as files of a helpdesk, a shop or translators; see ``csprotocol.replies.export``.

        >>> sorted(Catalog.builtin("en").export("po", locale="en", situations=["order.lost"]).files)
        ['en.po']
        """
        from csprotocol.replies.export import export

        return export(self, to, locale=locale, locales=locales, tone=tone, situations=situations, mapping=mapping)

    def lint(self) -> list[Diagnostic]:
        """Everything that is wrong or doubtful in the sentences of all layers, with file, line and hint.

        >>> Catalog.builtin("en").lint()
        []
        """
        from csprotocol.replies._lint import lint

        return lint(self)


def _mapping(arguments: object) -> Mapping[str, Any]:
    if arguments is None:
        return {}
    if not isinstance(arguments, Mapping):
        raise InvalidValueError.of("arguments", type(arguments).__name__, expected="a mapping of names to values")
    return arguments


def _fit(variable: Variable, value: object) -> Any:
    """The value, where it is one for the variable."""
    try:
        return variable.check()(value)
    except UnfitError:
        return None
