"""Outside data to values: the only file that calls pydantic.

Documents are plain frozen dataclasses; pydantic reads them through ``TypeAdapter`` and never appears in a
signature, a base class or an error. Reading is strict: a misspelt key, a number where a text is due, or a date
that is none is an error that names its path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, Union

from csprotocol.errors import CsprotocolError, DocumentError, MissingExtraError, Problem, one_of

__all__ = ["ISO_DATE", "dump", "json_schema", "parse", "read_document"]

T = TypeVar("T")

_ADAPTERS: dict[Any, Any] = {}
_UNKNOWN_KEY = ("unexpected_keyword_argument", "extra_forbidden")
_READERS = (".toml", ".json", ".yaml", ".yml")
_TOO_DEEP = "it is nested too deeply"


def parse(kind: type[T], raw: object, *, error: type[DocumentError] = DocumentError) -> T:
    """A value of ``kind`` from plain data (mappings, lists, texts, numbers, dates).

    Raises:
        DocumentError: (or the given subclass) with all problems, each with its path. An error of ours that a
            value raised at its birth comes out as it is.
    """
    from pydantic import ValidationError
    from pydantic_core import PydanticSerializationError, to_json

    try:
        # Through JSON, so that dates from TOML and texts from JSON meet the same strict rules.
        value: T = _adapter(kind).validate_json(to_json(raw), strict=True)
    except ValidationError as failure:
        for found in failure.errors():
            inner = found.get("ctx", {}).get("error")
            if isinstance(inner, CsprotocolError):
                raise inner from None
        raise error.of_problems(kind.__name__, _problems(kind, failure.errors())) from None
    except (PydanticSerializationError, ValueError, RecursionError) as failure:
        # Objects, bytes, half of a surrogate pair, a list that holds itself.
        raise error.unreadable(kind.__name__, "it holds something that is no plain data") from failure
    return value


def dump(value: object) -> dict[str, Any]:
    """Plain data that :func:`parse` turns into an equal value; what equals its default is left out."""
    plain: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json", by_alias=True, exclude_defaults=True)
    return plain


def json_schema(kind: type, *others: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of documents of ``kind``, or of any of several kinds."""
    schema = _adapter(Union[(kind, *others)] if others else kind).json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_document(path: str | Path, *, error: type[DocumentError] = DocumentError) -> dict[str, Any]:
    """The mapping that a TOML, JSON or YAML file holds.

    Raises:
        DocumentError: (or the given subclass) the file is absent, of another kind, or does not parse; the
            message names the line where the reader knows it.
        MissingExtraError: YAML without the extra ``[yaml]``.
    """
    # Here, not above: importing the library must not pay for reading files.
    import tomllib

    try:
        file = Path(path)
    except TypeError:
        raise error.unreadable(
            "the document", f"its place is a value of type {type(path).__name__}, a file name is due"
        ) from None
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as failure:
        raise error.unreadable(file.name, failure.strerror or "no such file") from None
    except UnicodeDecodeError:
        raise error.unreadable(file.name, "it is no UTF-8 text") from None
    except ValueError:
        raise error.unreadable(repr(file.name), "it is no file name") from None
    match file.suffix.lower():
        case ".toml":
            plain = _decode(tomllib.loads, text, file, error)
        case ".json":
            plain = _decode(partial(json.loads, object_pairs_hook=_once_each), text, file, error)
        case ".yaml" | ".yml":
            plain = _decode(_yaml_reader(file), text, file, error)
        case suffix:
            raise error.unreadable(file.name, f"ending {suffix!r} is unknown", hint=one_of(_READERS))
    if not isinstance(plain, dict):
        raise error.unreadable(file.name, f"it holds a {type(plain).__name__}, a mapping is due")
    return plain


class _IsoDate:
    """Marks a date in a document as one that must be written ``YYYY-MM-DD``; pydantic takes seconds as well."""

    def __get_pydantic_core_schema__(self, source: object, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(_iso_date, handler(source))


ISO_DATE = _IsoDate()


def _iso_date(found: object) -> object:
    if isinstance(found, date):
        return found
    if isinstance(found, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", found):
        return date.fromisoformat(found)
    raise ValueError("is no date; write YYYY-MM-DD")


def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _decode(load: Callable[[str], object], text: str, file: Path, error: type[DocumentError]) -> object:
    try:
        return load(text)
    except ValueError as failure:
        # The readers' own errors are ValueErrors, as are numbers and dates that Python cannot hold.
        raise error.unreadable(file.name, " ".join(str(failure).split())) from None
    except RecursionError:
        raise error.unreadable(file.name, _TOO_DEEP) from None


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A mapping; of a key that stands twice, one would be lost without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def _yaml_reader(file: Path) -> Callable[[str], object]:
    try:
        import yaml
    except ImportError:
        raise MissingExtraError.of("yaml", f"reading {file.name}") from None

    class Reader(yaml.SafeLoader):
        """PyYAML's safe reader, with keys once each."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # PyYAML's signature
            if isinstance(node, yaml.MappingNode):
                _once_each([(str(key.value), None) for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"])
            return super().construct_mapping(node, deep=deep)

    def load(text: str) -> object:
        try:
            return yaml.load(text, Loader=Reader)  # noqa: S506  # a SafeLoader
        except (yaml.YAMLError, AttributeError, TypeError) as failure:
            # A tag that does not fit its value makes PyYAML stumble over itself.
            raise ValueError(str(failure)) from None

    return load


def _problems(kind: type, errors: list[Any]) -> list[Problem]:
    """Pydantic's findings in our words: one problem a place, the branches of a union told as one."""
    # Pydantic names the branch of a union inside the path (``tuple[...]``, ``Holiday``): that is no place.
    branches = {*json_schema(kind).get("$defs", {}), "date", "datetime", "str", "int", "bool", "float"}
    by_place: dict[str, list[Any]] = {}
    for found in errors:
        by_place.setdefault(_path(found["loc"], branches), []).append(found)
    # Where one branch of a union got further than another, the one that stayed behind has nothing to tell.
    places = [
        path
        for path in by_place
        if not any(other != path and other.startswith((f"{path}.", f"{path}[")) for other in by_place)
    ]
    return [Problem(path, _sentence(kind, by_place[path])) for path in places]


def _path(loc: tuple[str | int, ...], branches: set[str]) -> str:
    """Where it is, as a shop would write it: ``seasons[0].from``."""
    path = ""
    for step in loc:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step not in branches and not step.endswith("]"):
            path += f".{step}" if path else step
    return path


def _sentence(kind: type, errors: list[Any]) -> str:
    told: list[str] = []
    # A key that one branch of a union does not know and another does is no unknown key.
    errors = [found for found in errors if found["type"] not in _UNKNOWN_KEY] or errors
    for found in errors:
        match found["type"]:
            case kind_ if kind_ in _UNKNOWN_KEY:
                text = f"unknown key; {_keys_near(kind, found['loc'])}"
            case "missing" | "missing_argument":
                text = "is missing"
            case _:
                got = found.get("input")
                shown = f", got {got!r}" if isinstance(got, str | int | float | bool) or got is None else ""
                said = found["msg"].removeprefix("Value error, ")
                text = f"{said[:1].lower()}{said[1:]}{shown}"
        if text not in told:
            told.append(text)
    return " or ".join(told)


def _keys_near(kind: type, loc: tuple[str | int, ...]) -> str:
    """The keys that are possible where an unknown one was found, by following its path through the schema."""
    schema = json_schema(kind)
    parts: dict[str, dict[str, Any]] = schema.get("$defs", {})
    nodes = _branches(schema, parts)
    for step in loc[:-1]:
        if step in parts:
            nodes = _branches(parts[str(step)], parts)
            continue
        inner = (
            node.get("properties", {}).get(step) or node.get("items") or node.get("additionalProperties")
            for node in nodes
        )
        nodes = [branch for node in inner if isinstance(node, dict) for branch in _branches(node, parts)]
    return one_of(dict.fromkeys(key for node in nodes for key in node.get("properties", {})), found=loc[-1])


def _branches(node: dict[str, Any], parts: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The node itself, what it refers to, or the branches of a union."""
    if "$ref" in node:
        return _branches(parts[node["$ref"].rpartition("/")[2]], parts)
    unions = node.get("anyOf") or node.get("allOf")
    return [branch for each in unions for branch in _branches(each, parts)] if unions else [node]
