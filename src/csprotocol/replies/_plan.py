"""A reply, prepared: everything that does not depend on the arguments, for one situation, voice and channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from csprotocol.errors import Problem, ReplyArgumentError, ReplyTooLongError, SentenceError, one_of
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

__all__ = ["Plan", "keys_for", "parsed", "variables_in"]

# When a block appears, what it says, what is said otherwise, and the free slots in it.
Entry: TypeAlias = tuple[Test | None, list[Piece], list[Piece] | None, tuple[str, ...]]

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
    """What writes text and subject, and the HTML, for arguments of one shape; the free slots that are empty in it."""

    text: Callable[[Mapping[str, Any]], tuple[str, str]]
    html: Writer
    empty: tuple[str, ...]


class Plan:
    """What writes the replies to one situation in one voice and channel. Holds no argument of any reply.

    Which blocks appear depends on which arguments are there and on a few of their values. For each such shape of
    arguments all blocks are joined once into a single closure.
    """

    __slots__ = (
        "_blocks",
        "_checkers",
        "_deciders",
        "_fits",
        "_hidden",
        "_html",
        "_is_email",
        "_is_sms",
        "_shapes",
        "_subject",
        "checks",
        "facts",
        "required",
        "situation",
    )

    def __init__(self, situation: Situation, resolved: Resolved, channel: ReplyChannel, formats: Formats) -> None:
        """Raises SentenceError: one of the sentences cannot be read."""
        variables = situation.variables
        self.situation = situation
        self.facts = _facts(situation, resolved, channel, formats)
        self.checks = {name: variable.check() for name, variable in variables.items()}
        self.required = situation.required
        self._fits = {name: (name, sure_type(variable), self.checks[name]) for name, variable in variables.items()}
        self._checkers: dict[tuple[str, ...], Checker | None] = {}
        self._hidden = tuple(name for name, each in variables.items() if each.pii) if channel in _OPEN else ()
        conditions = {each for block in situation.blocks for each in block.when}
        self._deciders = tuple(each.test for each in conditions if each.hangs_on_value(variables[each.variable]))
        self._shapes: dict[tuple[object, ...], Shape] = {}

        def blocks(target: Target) -> tuple[Entry, ...]:
            def pieces(key: str) -> list[Piece]:
                return pieces_of(_model(resolved.sentences[key]), variables, formats, target, key)

            if channel is ReplyChannel.SMS:
                return ((None, pieces(f"{situation.id}.{SMS}"), None, ()),)
            return tuple(
                (
                    together(block.when),
                    pieces(block.key),
                    pieces(block.otherwise) if block.otherwise else None,
                    _slots_in(resolved.sentences[block.key], situation),
                )
                for block in _blocks(situation, channel)
            )

        self._is_email, self._is_sms = channel is ReplyChannel.EMAIL, channel is ReplyChannel.SMS
        self._blocks = blocks(_TARGETS.get(channel, TEXT))
        # Few read the HTML of every reply; it is compiled when somebody first does.
        self._html = cache(lambda: blocks(HTML))
        key = f"{situation.id}.{SUBJECT}"
        self._subject = (
            pieces_of(_model(resolved.sentences[key]), variables, formats, SUBJECT_TARGET, key)
            if self._is_email
            else []
        )

    def reply(self, given: Mapping[str, Any]) -> Reply:
        """The reply with these arguments.

        Raises:
            ReplyArgumentError: arguments are missing, unknown or of another kind; all of them at once.
            HeaderInjectionError: a value would break out of the subject.
            ReplyTooLongError: the text has more than 64,000 characters.
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
        text, subject = shape.text(args)
        if len(text) > _LONGEST_TEXT:
            raise ReplyTooLongError.of(len(text), _LONGEST_TEXT)
        if not self._is_email:
            return made((self.facts, for_sms(text) if self._is_sms else text, None, shape.empty, withheld, None))
        if len(subject) > _SURELY_SHORT and len(subject.encode()) > _LONGEST_HEADER:
            raise ReplyTooLongError.of(len(subject.encode()), _LONGEST_HEADER)
        return made((self.facts, text, subject, shape.empty, withheld, (shape.html, args)))

    def _checked_singly(self, given: Mapping[str, Any]) -> dict[str, Any]:
        checks = self.checks
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
        if not self.required <= {name for name, value in given.items() if value is not None}:
            raise self._unfit(given)
        empty = dict.fromkeys(
            slot
            for test, _, _, slots in self._blocks
            if test is None or test(args)
            for slot in slots
            if slot not in args
        )
        blocks = _between(JOINTS[self.facts.channel], _chosen(self._blocks, args))
        shape = Shape(spelled_pair(blocks, self._subject), self._page(), tuple(empty))
        if len(self._shapes) >= _MOST_SHAPES:
            self._shapes.clear()
        self._shapes[key] = shape
        return shape

    def _page(self) -> Writer:
        direction = ' dir="rtl"' if self.facts.direction == "rtl" else ""
        start = f'<div lang="{self.facts.locale}"{direction}>\n<p>'
        known: list[Writer] = []

        def write(args: Mapping[str, Any]) -> str:
            # Spelled out by the first who asks; whose arguments they are makes no difference inside a shape.
            if not known:
                known.append(spelled([start, *_between("</p>\n<p>", _chosen(self._html(), args)), "</p>\n</div>"]))
            return known[0](args)

        return write

    def _unfit(self, given: Mapping[str, Any]) -> ReplyArgumentError:
        return ReplyArgumentError.of(self.situation.id, tuple(_problems(self.situation, given)))


def _chosen(entries: Iterable[Entry], args: Mapping[str, Any]) -> Iterator[list[Piece]]:
    for test, pieces, otherwise, _slots in entries:
        if test is None or test(args):
            yield pieces
        elif otherwise is not None:
            yield otherwise


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


def _slots_in(sentence: Sentence, situation: Situation) -> tuple[str, ...]:
    """The free slots that the sentence shows."""
    names = {name for name, variable in situation.variables.items() if variable.type is VariableType.SLOT}
    return tuple(sorted(names & variables_in(_model(sentence)))) if names else ()


def variables_in(model: mf2.MessageModel) -> set[str]:
    """The arguments that a sentence shows, chooses by or links to."""
    patterns = [model.pattern] if isinstance(model, mf2.PatternMessage) else [each.value for each in model.variants]
    declared = {each.name for each in model.declarations if isinstance(each, mf2.LocalDeclaration)}
    found: set[str] = set()
    expressions = [each.value for each in model.declarations]
    for part in (part for pattern in patterns for part in pattern):
        if isinstance(part, mf2.Expression):
            expressions.append(part)
        elif isinstance(part, mf2.Markup):
            found |= {option.value.name for option in part.options if isinstance(option.value, mf2.VariableRef)}
    for expression in expressions:
        options = expression.function.options if expression.function else ()
        values = (expression.arg, *(option.value for option in options))
        found |= {value.name for value in values if isinstance(value, mf2.VariableRef)}
    return found - declared
