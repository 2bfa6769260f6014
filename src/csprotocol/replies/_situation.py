"""What a reply consists of, whatever its language: variables, blocks, conditions, and what follows from sending it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Literal

from csprotocol.errors import CsprotocolError, DocumentError, InvalidValueError, Problem, one_of
from csprotocol.model import FrozenDict, StatusCategory
from csprotocol.model._words import member
from csprotocol.replies._channels import ReplyChannel
from csprotocol.replies._conditions import Condition
from csprotocol.replies._texts import FORMS
from csprotocol.replies._variables import Variable, VariableType

__all__ = [
    "DENIAL",
    "SHARED",
    "SMS",
    "SUBJECT",
    "Block",
    "Denials",
    "Shared",
    "Situation",
    "read_shared",
    "read_situations",
]

SHARED: Final = "shared"
DENIAL: Final = "denial"
_KEYS: Final = ("blocks", "intent", "personalise", "purpose", "review", "status_after", "tags", "variables")
_BLOCK_KEYS: Final = ("channels", "id", "otherwise", "when")
_REVIEWS: Final = ("none", "legal")
# An SMS has one sentence, which stands in no block; a subject belongs to e-mails.
SUBJECT: Final = "subject"
SMS: Final = "sms"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph: the key of its sentence, when it appears (all of ``when``), and what appears otherwise.

    >>> Block("order.delayed.items", (Condition("items"),)).key
    'order.delayed.items'
    """

    key: str
    when: tuple[Condition, ...] = ()
    otherwise: str | None = None
    channels: frozenset[ReplyChannel] = frozenset(channel for channel in ReplyChannel if channel != "sms")

    @property
    def keys(self) -> tuple[str, ...]:
        """The sentences that may stand here."""
        return (self.key,) if self.otherwise is None else (self.key, self.otherwise)


@dataclass(frozen=True, slots=True)
class Denials:
    """The reasons for which a step of an incident may be denied, and what their sentences may name."""

    codes: tuple[str, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=FrozenDict)


@dataclass(frozen=True, slots=True)
class Shared:
    """The variables and the blocks that situations share, and the denials, which belong to none."""

    variables: Mapping[str, Variable] = field(default_factory=FrozenDict)
    blocks: Mapping[str, tuple[Block, ...]] = field(default_factory=FrozenDict)
    denials: Denials = Denials()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Something that happens between a shop and a customer, and what is said then.

    ``status_after`` is what becomes of the ticket, ``intent`` the word by which Gorgias calls it. Texts of
    ``review="legal"`` want the eyes of somebody who knows the law. A situation to ``personalise`` has a free slot
    that keeps its reply from being ready while it is empty.

    >>> from csprotocol.replies import Catalog
    >>> delayed = Catalog.builtin("en").situation("order.delayed")
    >>> delayed.intent, sorted(delayed.required)
    ('shipping/status', ['days', 'eta', 'order'])
    """

    id: str
    purpose: str
    blocks: tuple[Block, ...]
    variables: Mapping[str, Variable]
    intent: str = ""
    status_after: StatusCategory | None = None
    tags: tuple[str, ...] = ()
    review: Literal["none", "legal"] = "none"
    personalise: bool = False

    @property
    def required(self) -> frozenset[str]:
        """The variables without which nothing can be said."""
        return frozenset(name for name, variable in self.variables.items() if not variable.optional)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every sentence that the situation may need, the shared ones too."""
        own = (f"{self.id}.{SUBJECT}", f"{self.id}.{SMS}")
        return (*own, *dict.fromkeys(key for block in self.blocks for key in block.keys))

    def json_schema(self) -> dict[str, Any]:
        """The arguments as JSON Schema (2020-12), for forms and for checks at the edge of a program.

        >>> from csprotocol.replies import Catalog
        >>> Catalog.builtin("en").situation("order.cancelled").json_schema()["properties"]["by"]
        {'type': 'string', 'enum': ['customer', 'shop']}
        """
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.id,
            "description": self.purpose,
            "type": "object",
            "properties": {name: variable.json_schema() for name, variable in self.variables.items()},
            "required": sorted(self.required),
            "additionalProperties": False,
        }


def read_shared(document: str, plain: Mapping[str, Any]) -> Shared:
    """What situations share, from a document with the tables ``variables``, ``blocks`` and ``denials``.

    Raises:
        DocumentError: it cannot be read; all problems at once.
    """
    problems: list[Problem] = []
    variables = dict(_variables(plain.get("variables", {}), problems))
    blocks: dict[str, tuple[Block, ...]] = {}
    for name, entries in dict(plain.get("blocks", {})).items():
        blocks[name] = tuple(_blocks(SHARED, entries, {}, problems, f"blocks.{name}"))
    said = plain.get("denials", {})
    codes = tuple(str(code) for code in said.get("codes", ()))
    denials = Denials(codes, FrozenDict(_variables(said.get("variables", {}), problems, "denials.variables")))
    if problems:
        raise DocumentError.of_problems(document, problems)
    return Shared(FrozenDict(variables), FrozenDict(blocks), denials)


def read_situations(document: str, plain: Mapping[str, Any], shared: Shared) -> Iterator[Situation]:
    """The situations of a document: an area, then a name (``[order.delayed]``).

    Raises:
        DocumentError: it cannot be read; all problems at once.
    """
    problems: list[Problem] = []
    found: list[Situation] = []
    for area, tables in plain.items():
        if area in (SHARED, DENIAL):
            problems.append(Problem(area, "is the name of what all situations share; choose another"))
        elif not isinstance(tables, Mapping):
            problems.append(Problem(area, "must be a table of situations such as [order.delayed]"))
        for name, table in tables.items() if isinstance(tables, Mapping) and area not in (SHARED, DENIAL) else ():
            if name in FORMS:
                problems.append(Problem(f"{area}.{name}", "is the name of a form of address; choose another"))
            elif isinstance(table, Mapping):
                found += _situation(f"{area}.{name}", table, shared, problems)
            else:
                problems.append(Problem(f"{area}.{name}", "must be a table"))
    if problems:
        raise DocumentError.of_problems(document, problems)
    yield from found


def _situation(name: str, table: Mapping[str, Any], shared: Shared, problems: list[Problem]) -> list[Situation]:
    before = len(problems)
    problems += [
        Problem(f"{name}.{key}", f"is unknown; {one_of(_KEYS, found=key)}") for key in table if key not in _KEYS
    ]
    own = dict(_variables(table.get("variables", {}), problems, f"{name}.variables"))
    problems += [
        Problem(f"{name}.variables.{key}", "is a variable of all situations; leave it out")
        for key in own
        if key in shared.variables
    ]
    blocks = tuple(_blocks(name, table.get("blocks", ()), shared.blocks, problems, f"{name}.blocks"))
    used = {condition.variable for block in blocks for condition in block.when}
    variables = {**own, **{key: each for key, each in shared.variables.items() if key in used and key not in own}}
    personalise = table.get("personalise", False)
    if type(personalise) is not bool:
        problems.append(Problem(f"{name}.personalise", "must be true or false"))
    elif personalise:
        before_slots = blocks
        blocks = tuple(_shown_in_any_case(block, variables) for block in blocks)
        if blocks == before_slots:
            problems.append(Problem(f"{name}.personalise", "needs a block that waits for a slot, such as @note"))
    if not blocks:
        problems.append(Problem(f"{name}.blocks", "must name at least one block"))
    for block in blocks:
        faults = (condition.fault(variables) for condition in block.when)
        problems += [Problem(f"{name}.blocks.{block.key}", fault) for fault in faults if fault]
    made = _made(name, table, blocks, variables, problems, personalise=personalise)
    return [made] if made is not None and len(problems) == before else []


def _made(
    name: str,
    table: Mapping[str, Any],
    blocks: tuple[Block, ...],
    variables: Mapping[str, Variable],
    problems: list[Problem],
    *,
    personalise: bool,
) -> Situation | None:
    review = table.get("review", "none")
    if review not in _REVIEWS:
        problems.append(Problem(f"{name}.review", f"{review!r} is unknown; {one_of(_REVIEWS)}"))
    tags = tuple(_words(table.get("tags", []), f"{name}.tags", problems))
    try:
        status = member(StatusCategory, "status_after", table["status_after"]) if "status_after" in table else None
    except InvalidValueError as error:
        problems.append(Problem(f"{name}.status_after", str(error)))
        return None
    return Situation(
        id=name,
        purpose=str(table.get("purpose", "")),
        blocks=blocks,
        variables=FrozenDict(variables),
        intent=str(table.get("intent", "")),
        status_after=status,
        tags=tags,
        review=review,
        personalise=personalise,
    )


def _shown_in_any_case(block: Block, variables: Mapping[str, Variable]) -> Block:
    """A block that waits for a free slot shows the empty slot instead, so that nobody overlooks it."""
    slots = {name for name, variable in variables.items() if variable.type is VariableType.SLOT}
    waits = [each for each in block.when if each.variable in slots and each.wanted is True]
    kept = tuple(each for each in block.when if each not in waits)
    return Block(block.key, kept, block.otherwise, block.channels) if waits else block


def _words(said: object, path: str, problems: list[Problem]) -> Iterator[str]:
    if isinstance(said, list) and all(isinstance(word, str) for word in said):
        yield from said
    else:
        problems.append(Problem(path, "must be a list of words"))


def _variables(said: object, problems: list[Problem], path: str = "variables") -> Iterator[tuple[str, Variable]]:
    if not isinstance(said, Mapping):
        problems.append(Problem(path, "must be a table of variables"))
        return
    for name, kind in said.items():
        try:
            yield name, Variable.read(name, kind)
        except CsprotocolError as error:
            problems.append(Problem(f"{path}.{name}", str(error)))


def _blocks(
    home: str, said: object, shared: Mapping[str, tuple[Block, ...]], problems: list[Problem], path: str
) -> Iterator[Block]:
    if not isinstance(said, Iterable) or isinstance(said, str | Mapping):
        problems.append(Problem(path, "must be a list of blocks"))
        return
    for place, entry in enumerate(said):
        where = f"{path}[{place}]"
        if isinstance(entry, str) and entry.startswith("@"):
            known = shared.get(entry[1:])
            if known is None:
                near = get_close_matches(entry[1:], list(shared), n=1)
                problems.append(Problem(where, f"{entry} is unknown{f'; did you mean @{near[0]}?' if near else ''}"))
            else:
                yield from known
            continue
        try:
            yield _block(home, {"id": entry} if isinstance(entry, str) else entry)
        except CsprotocolError as error:
            problems.append(Problem(where, str(error)))


def _block(home: str, said: object) -> Block:
    if not isinstance(said, Mapping) or not isinstance(said.get("id"), str):
        raise InvalidValueError.of("block", said, expected="an id, @name, or a table with an id")
    unknown = [key for key in said if key not in _BLOCK_KEYS]
    if unknown:
        raise InvalidValueError.unknown("block", unknown[0], _BLOCK_KEYS)
    otherwise = said.get("otherwise")
    if otherwise is not None and not isinstance(otherwise, str):
        raise InvalidValueError.of("otherwise", otherwise, expected="the id of a block")
    if {said["id"], otherwise} & {SUBJECT, SMS}:
        raise InvalidValueError.of("block", said["id"], expected="another name", hint="subjects and SMS have this one")
    words = _channels(said["channels"]) if "channels" in said else None
    key, other = f"{home}.{said['id']}", None if otherwise is None else f"{home}.{otherwise}"
    when = Condition.all_of(said["when"]) if "when" in said else ()
    return Block(key, when, other) if words is None else Block(key, when, other, words)


def _channels(said: object) -> frozenset[ReplyChannel]:
    if not isinstance(said, list) or not said or "sms" in said:
        hint = "an SMS has a sentence of its own"
        raise InvalidValueError.of("channels", said, expected="a list of email, chat, whatsapp, social", hint=hint)
    return frozenset(member(ReplyChannel, "channels", word) for word in said)
