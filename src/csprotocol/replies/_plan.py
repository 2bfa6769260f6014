"""A reply, prepared: everything that does not depend on the arguments, for one situation, voice and channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from csprotocol.errors import Problem, ReplyArgumentError, ReplyError, ReplyTooLongError, SentenceError, one_of
from csprotocol.replies import mf2
from csprotocol.replies._channels import JOINTS, ReplyChannel
from csprotocol.replies._conditions import Test, together
from csprotocol.replies._reply import Reply, ReplyActions, ReplyFacts, made
from csprotocol.replies._resolve import Resolved
from csprotocol.replies._sentence import LIMITS, pieces_of
from csprotocol.replies._situation import SMS, SUBJECT, Block, Situation
from csprotocol.replies._sms import for_sms
from csprotocol.replies._spelled import Checker, Piece, Writer, spelled, spelled_checker, spelled_pair
from csprotocol.replies._targets import HTML, TEXT, WHATSAPP, Target
from csprotocol.replies._targets import SMS as SMS_TARGET
from csprotocol.replies._targets import SUBJECT as SUBJECT_TARGET
from csprotocol.replies._texts import Sentence, digest
from csprotocol.replies._variables import UnfitError, VariableType, sure_type
from csprotocol.replies.cldr import Formats

__all__ = ["Plan", "keys_for", "parsed", "patterns_of", "variables_in"]

# When a block appears, the key of what it says, and of what is said otherwise; ``None`` where nothing is.
Entry: TypeAlias = tuple[Test | None, str | None, str | None]

_LONGEST_TEXT: Final = LIMITS.output_characters
_LONGEST_HEADER: Final = 998  # octets of a line, RFC 5322, section 2.1.1
_SURELY_SHORT: Final = _LONGEST_HEADER // 4  # characters; none has more than four octets
_MOST_SHAPES: Final = 256
# Others may read what is written there.
_OPEN: Final = frozenset({ReplyChannel.SOCIAL})
_TARGETS: Final[Mapping[ReplyChannel, Target]] = {ReplyChannel.WHATSAPP: WHATSAPP, ReplyChannel.SMS: SMS_TARGET}


@lru_cache(maxsize=4096)
def parsed(source: str) -> mf2.MessageModel:
    """The model of a sentence.

    Raises:
        MessageError: it cannot be read, or makes no sense.
    """
    model = mf2.parse(source, limits=LIMITS)
    for error in mf2.validate(model, source):
        raise error
    LIMITS.check_model(model)
    return model


def keys_for(situation: Situation, channel: ReplyChannel) -> tuple[str, ...]:
    """The sentences that a reply in the channel may need."""
    if channel is ReplyChannel.SMS:
        return (f"{situation.id}.{SMS}",)
    subject = (f"{situation.id}.{SUBJECT}",) if channel is ReplyChannel.EMAIL else ()
    blocks = (key for block in _blocks(situation, channel) for key in block.keys)
    return (*subject, *dict.fromkeys(blocks))


def _blocks(situation: Situation, channel: ReplyChannel) -> tuple[Block, ...]:
    return tuple(block for block in situation.blocks if channel in block.channels)


@dataclass(frozen=True, slots=True)
class Shape:
    """What writes text and subject, and the HTML, for arguments of one shape.

    ``empty`` are the free slots that show empty in it, ``left_out`` those that were filled and do not show.
    """

    text: Callable[[Mapping[str, Any]], tuple[str, str]]
    html: Writer
    empty: tuple[str, ...]
    left_out: tuple[str, ...]


class Plan:
    """What writes the replies to one situation in one voice and channel. Holds no argument of any reply.

    Which blocks appear depends on which arguments are there and on a few of their values. For each such shape of
    arguments all blocks are joined once into a single closure.
    """

    __slots__ = (
        "_checkers", "_checks", "_deciders", "_entries", "_fits", "_formats", "_hidden", "_is_email", "_is_sms",
        "_models", "_shapes", "_slots", "_subject", "facts", "situation",
    )  # fmt: skip

    def __init__(self, situation: Situation, resolved: Resolved, channel: ReplyChannel, formats: Formats) -> None:
        """Raises SentenceError: one of the sentences cannot be read."""
        variables = situation.variables
        self.situation = situation
        self.facts = _facts(situation, resolved, channel, formats)
        self._formats = formats
        self._is_email, self._is_sms = channel is ReplyChannel.EMAIL, channel is ReplyChannel.SMS
        self._checks = {name: variable.check() for name, variable in variables.items()}
        self._fits = {name: (name, sure_type(variable), self._checks[name]) for name, variable in variables.items()}
        self._checkers: dict[tuple[str, ...], Checker | None] = {}
        self._hidden = tuple(name for name, each in variables.items() if each.pii) if channel in _OPEN else ()
        self._slots = {name for name, each in variables.items() if each.type is VariableType.SLOT}
        conditions = {each for block in situation.blocks for each in block.when}
        self._deciders = tuple(each.test for each in conditions if each.hangs_on_value(variables[each.variable]))
        self._shapes: dict[tuple[object, ...], Shape] = {}
        self._models = {key: _model(sentence) for key, sentence in resolved.sentences.items()}
        self._entries = tuple(self._entries_for(channel))
        self._subject = self._pieces(f"{situation.id}.{SUBJECT}", SUBJECT_TARGET) if self._is_email else []

    def _entries_for(self, channel: ReplyChannel) -> Iterator[Entry]:
        if self._is_sms:
            yield None, f"{self.situation.id}.{SMS}", None
            return
        for block in _blocks(self.situation, channel):
            yield together(block.when), self._open(block.key), self._open(block.otherwise)

    def _open(self, key: str | None) -> str | None:
        """The sentence, unless others may read it and it tells something personal."""
        return None if key is None or not variables_in(self._models[key]).isdisjoint(self._hidden) else key

    def _pieces(self, key: str, target: Target) -> list[Piece]:
        return pieces_of(self._models[key], self.situation.variables, self._formats, target, key)

    def reply(self, given: Mapping[str, Any]) -> Reply:
        """The reply with these arguments.

        Raises:
            ReplyArgumentError: arguments are missing, unknown or of another kind; all of them at once.
            HeaderInjectionError: a value would break out of the subject.
            ReplyTooLongError: the text has more than 64,000 characters.
            SentenceError: a sentence that was never checked cannot be written with these arguments.
        """
        names = tuple(given)
        check = self._checkers.get(names)
        try:
            args = self._checked_singly(given) if check is None else check(given)
        except UnfitError:
            args = self._checked_singly(given)
        if len(args) != len(names):
            names = tuple(args)
        withheld = self._withheld(args) if self._hidden else ()
        key = (*names, *[test(args) for test in self._deciders]) if self._deciders else names
        shape = self._shapes.get(key) or self._shape(key, args, given)
        try:
            text, subject = shape.text(args)
        except (ArithmeticError, KeyError, ValueError) as failure:
            raise self._failed(failure, given) from None
        if shape.left_out:
            withheld += shape.left_out
        if len(text) > _LONGEST_TEXT:
            raise ReplyTooLongError.of(len(text), _LONGEST_TEXT)
        if not self._is_email:
            return made((self.facts, for_sms(text) if self._is_sms else text, None, shape.empty, withheld, None))
        if len(subject) > _SURELY_SHORT and len(subject.encode()) > _LONGEST_HEADER:
            raise ReplyTooLongError.of_subject(len(subject.encode()), _LONGEST_HEADER)
        return made((self.facts, text, subject, shape.empty, withheld, (shape.html, args)))

    def _checked_singly(self, given: Mapping[str, Any]) -> dict[str, Any]:
        checks = self._checks
        args: dict[str, Any] = {}
        try:
            for name, value in given.items():
                if value is not None:
                    args[name] = checks[name](value)
        except (KeyError, UnfitError):
            raise self._unfit(given) from None
        names = tuple(given)
        if len(self._checkers) >= _MOST_SHAPES:
            self._checkers.clear()
        # Names that come with None at times are checked one by one ever after: an exception costs more than it saves.
        is_complete = len(args) == len(names) and names not in self._checkers
        self._checkers[names] = spelled_checker([self._fits[name] for name in names]) if is_complete else None
        return args

    def _withheld(self, args: dict[str, Any]) -> tuple[str, ...]:
        return tuple(name for name in self._hidden if args.pop(name, None) is not None)

    def _shape(self, key: tuple[object, ...], args: Mapping[str, Any], given: Mapping[str, Any]) -> Shape:
        # Only arguments that nothing is missing from get a shape, so those of a known one are complete.
        if not self.situation.required <= {name for name, value in given.items() if value is not None}:
            raise self._unfit(given)
        chosen = tuple(self._chosen(args))
        target = _TARGETS.get(self.facts.channel, TEXT)
        text = _between(JOINTS[self.facts.channel], (self._pieces(each, target) for each in chosen))
        slots = self._slots & self._shown_in(chosen)
        filled = self._slots & args.keys()
        shape = Shape(
            spelled_pair(text, self._subject),
            self._page(chosen),
            tuple(sorted(slots - filled)),
            tuple(sorted(filled - slots)),
        )
        if len(self._shapes) >= _MOST_SHAPES:
            self._shapes.clear()
        self._shapes[key] = shape
        return shape

    def _chosen(self, args: Mapping[str, Any]) -> Iterator[str]:
        """The keys of the sentences that appear for these arguments."""
        for test, key, otherwise in self._entries:
            found = key if test is None or test(args) else otherwise
            if found is not None:
                yield found

    def _shown_in(self, keys: Iterable[str]) -> set[str]:
        subject = (f"{self.situation.id}.{SUBJECT}",) if self._is_email else ()
        return {name for key in (*subject, *keys) for name in variables_in(self._models[key])}

    def _page(self, keys: tuple[str, ...]) -> Writer:
        direction = ' dir="rtl"' if self.facts.direction == "rtl" else ""
        start = f'<div lang="{self.facts.locale}"{direction}>\n<p>'
        known: list[Writer] = []

        def write(args: Mapping[str, Any]) -> str:
            # Few read the HTML of every reply: it is spelled out by the first who asks.
            if not known:
                blocks = _between("</p>\n<p>", (self._pieces(key, HTML) for key in keys))
                known.append(spelled([start, *blocks, "</p>\n</div>"]))
            return known[0](args)

        return write

    def _unfit(self, given: Mapping[str, Any]) -> ReplyArgumentError:
        return ReplyArgumentError.of(self.situation.id, tuple(_problems(self.situation, given)))

    def _failed(self, failure: Exception, given: Mapping[str, Any]) -> ReplyError:
        """What to say of a sentence that could not be written; never the words of a foreign error."""
        if isinstance(failure, ReplyError):
            return failure
        if next(_problems(self.situation, given), None):
            return self._unfit(given)
        name = failure.args[0] if isinstance(failure, KeyError) else None
        reason = f"${name} is absent" if name in self.situation.variables else f"{type(failure).__name__} in a sentence"
        return SentenceError.of(self.situation.id, f"{reason}; csprotocol reply lint finds it")


def _between(joint: str, blocks: Iterable[list[Piece]]) -> Iterator[Piece]:
    for place, pieces in enumerate(blocks):
        if place:
            yield joint
        yield from pieces


def _problems(situation: Situation, given: Mapping[str, Any]) -> Iterator[Problem]:
    variables = situation.variables
    for name, value in given.items():
        if name not in variables:
            yield Problem(str(name), f"is no variable of it; {one_of(variables, found=name)}")
        elif value is not None:
            try:
                variables[name].check()(value)
            except UnfitError as unfit:
                yield Problem(name, str(unfit))
    for name in variables:
        if not variables[name].optional and given.get(name) is None:
            yield Problem(name, f"is missing ({variables[name].type})")


def _model(sentence: Sentence) -> mf2.MessageModel:
    try:
        return parsed(sentence.source)
    except mf2.MessageError as error:
        raise SentenceError.of(sentence.key, f"{sentence.file}: {error}") from None


def _facts(situation: Situation, resolved: Resolved, channel: ReplyChannel, formats: Formats) -> ReplyFacts:
    tone = resolved.tone
    wording = " ".join(sentence.source for sentence in resolved.sentences.values())
    return ReplyFacts(
        situation.id,
        formats.locale,
        resolved.voice.text_locale,
        tone,
        channel,
        formats.direction,
        resolved.fallbacks,
        ReplyActions(situation.status_after, situation.tags),
        situation.review,
        digest(f"{situation.id} {formats.locale} {tone} {channel} {wording}"),
    )


def patterns_of(model: mf2.MessageModel) -> tuple[mf2.Pattern, ...]:
    """The texts of a sentence: the only one, or all variants."""
    return (model.pattern,) if isinstance(model, mf2.PatternMessage) else tuple(each.value for each in model.variants)


def variables_in(model: mf2.MessageModel) -> set[str]:
    """The arguments that a sentence shows, chooses by or links to."""
    declared = {each.name for each in model.declarations if isinstance(each, mf2.LocalDeclaration)}
    found: set[str] = set()
    expressions = [each.value for each in model.declarations]
    for part in (part for pattern in patterns_of(model) for part in pattern):
        if isinstance(part, mf2.Expression):
            expressions.append(part)
        elif isinstance(part, mf2.Markup):
            found |= {option.value.name for option in part.options if isinstance(option.value, mf2.VariableRef)}
    for expression in expressions:
        options = expression.function.options if expression.function else ()
        values = (expression.arg, *(option.value for option in options))
        found |= {value.name for value in values if isinstance(value, mf2.VariableRef)}
    return found - declared
