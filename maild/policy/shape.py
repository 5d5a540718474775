"""shape: the form of a value in a YAML file, and what an admin is told when it has another.

fits(model, source, path, value) -> the model's instance, or None with every problem in the source.  Strict models say what is
required; pydantic finds all faults at once, and `_SAY` puts them into our words, with the place and a cure.
"""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from maild.policy.read import Path
from maild.policy.source import Source, nearest

# RFC 5321 section 4.1.2, dot-string only: what desks and handlers have.  Section 4.5.3.1.1: a local part has at most 64 octets.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})*")
_LONGEST_LOCAL, _LONGESTADDRESS = 64, 254
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SPAN = re.compile(r"([0-9]{1,6})([smhdw])")
_KEPT = re.compile(r"([0-9]{1,5})([dwy])")
_SIZE = re.compile(r"([0-9]{1,12})\s*(B|kB|MB|GB)?")
_UNITS = {None: 1, "B": 1, "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000}
_DAYS = {"d": 1, "w": 7, "y": 365}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """No unknown keys, no conversion of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


def wrong(what: str, cure: str = "") -> PydanticCustomError:
    """The error a validator raises."""
    return PydanticCustomError("maild", "{what}", {"what": what, "cure": cure})


@dataclass(frozen=True, slots=True)
class Known:
    """What values may refer to: keys of desks (True: it is retired) and languages."""

    desks: Mapping[str, bool]
    languages: tuple[str, ...]


# --- common values --------------------------------------------------------------------------------------------------------


def _line(value: str) -> str:
    if not value.strip() or len(value) > 200 or _CONTROL.search(value):
        raise wrong("must be one line of 1 to 200 characters", "shorten it, without line breaks")
    return value.strip()


def _address(value: str) -> str:
    local = value.partition("@")[0]
    if not value.isascii():
        raise wrong(f"{value[:80]!r} has letters beyond ASCII", _ascii_cure(value))
    if not ADDRESS.fullmatch(value) or len(local) > _LONGEST_LOCAL or len(value) > _LONGESTADDRESS:
        raise wrong(f"{value[:80]!r} is no mail address", "write it like name@example.org, without <>")
    return value.lower()


def _ascii_cure(value: str) -> str:
    local, _, domain = value.rpartition("@")
    try:
        bare = domain.encode("idna").decode("ascii")
    except UnicodeError:
        bare = ""
    return f"write {local}@{bare}" if bare and local.isascii() else "use an ASCII address of the same mailbox"


def key_problem(key: str) -> tuple[str, str] | None:
    """Why it cannot be a key of a desk or handler, and the cure."""
    if key in RESERVED:
        return f"{key!r} has a meaning of its own in rules", "choose another key"
    if _KEY.fullmatch(key):
        return None
    return f"{key[:60]!r} cannot be a key", "use lower case letters, digits, - and _, at most 40"


RESERVED = frozenset({"all", "none", "nobody", "round_robin", "least_loaded", "team"})


def seconds(value: Any) -> Any:
    """60s 5m 1h 14d 2w -> seconds."""
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong(f"{str(value)[:40]!r} is no span of time", "write a number with s, m, h, d or w: 60s, 5m, 14d")
    return int(match[1]) * SECONDS[match[2]]


def _days(value: int) -> int:
    if value % 86_400 or value > 3650 * 86_400:
        raise wrong("must be whole days, at most 3650d", "write it like 14d or 2w")
    return value // 86_400


def octets(value: Any) -> int:
    """5MB -> octets."""
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if match is None:
        raise wrong(f"{str(value)[:40]!r} is no size", "write a number of bytes, or with kB, MB or GB: 35MB")
    return int(match[1]) * _UNITS[match[2]]


def kept(value: Any) -> Any:
    """90d 8w 5y -> days."""
    match = _KEPT.fullmatch(value) if isinstance(value, str) else None
    days = int(match[1]) * _DAYS[match[2]] if match else 0
    if not 0 < days <= 100 * 365:
        raise wrong(f"{str(value)[:40]!r} is no time to keep something", "write days, weeks or years: 90d, 8w, 5y")
    return days


def _language(value: str, asked: ValidationInfo) -> str:
    known: Known | None = asked.context
    if known and value not in known.languages:
        cure = "write nb or nn" if value == "no" else nearest(value, known.languages)
        raise wrong(f"there are no texts in the language {value[:20]!r}", cure)
    return value


def _desk(value: str, asked: ValidationInfo) -> str:
    known: Known | None = asked.context
    if known and value not in known.desks:
        raise wrong(f"there is no desk {value[:60]!r}", nearest(value, known.desks))
    return value


def _open_desk(value: str, asked: ValidationInfo) -> str:
    known: Known | None = asked.context
    if known and known.desks.get(value):
        raise wrong(f"the desk {value!r} is retired", "name another")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        close = difflib.get_close_matches(value[:60], available_timezones(), 1)
        cure = f"did you mean {close[0]}?" if close else "write it like Europe/Oslo"
        raise wrong(f"{value[:60]!r} is no time zone", cure) from None
    return value


def as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Line = Annotated[str, AfterValidator(_line)]
Address = Annotated[str, AfterValidator(_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
DeskKey = Annotated[str, AfterValidator(_desk)]
OpenDesk = Annotated[DeskKey, AfterValidator(_open_desk)]
_SPAN_SCHEMA = WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}[smhdw]$"})
Seconds = Annotated[int, BeforeValidator(seconds), _SPAN_SCHEMA]
Days = Annotated[int, BeforeValidator(seconds), AfterValidator(_days), _SPAN_SCHEMA]
Kept = Annotated[int, BeforeValidator(kept), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,5}[dwy]$"})]
Size = Annotated[int, BeforeValidator(octets), WithJsonSchema({"type": ["integer", "string"]})]
Lines = Annotated[list[Line], BeforeValidator(as_list, json_schema_input_type=str | list[str]), Field(min_length=1)]
DeskKeys = Annotated[
    list[DeskKey], BeforeValidator(as_list, json_schema_input_type=str | list[str]), Field(min_length=1)
]
Addresses = Annotated[
    list[Address], BeforeValidator(as_list, json_schema_input_type=str | list[str]), Field(min_length=1)
]


# --- problems -------------------------------------------------------------------------------------------------------------


def fits(model: type[Model], source: Source, path: Path, value: Any, known: Known | None = None) -> Model | None:
    """The value as that model; None and problems when it is not.  known: what it may refer to."""
    try:
        return model.model_validate(value, context=known)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            loc = _bare(fault["loc"])
            what, cure = _say(model, loc, fault)
            source.wrong((*path, *(loc[:-1] if fault["type"] == "missing" else loc)), what, cure)
    return None


def _bare(loc: tuple[int | str, ...]) -> Path:
    """pydantic names validators in a loc too ("function-before[...]"); a path of YAML has none of them."""
    return tuple(x for x in loc if not (isinstance(x, str) and "[" in x))


def _say(model: type[BaseModel], loc: Path, fault: Any) -> tuple[str, str]:
    kind, given = fault["type"], fault["input"]
    if kind == "maild":
        return f"{_named(loc)}{fault['ctx']['what']}", fault["ctx"]["cure"]
    if kind == "extra_forbidden":
        return f"unknown key {loc[-1]!r}", nearest(str(loc[-1]), _keys(_at(model, loc[:-1])))
    if kind == "missing":
        return f"{loc[-1]} is missing", _example(_at(model, loc[:-1]), str(loc[-1]))
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
        return f"{_named(loc)}{_shown(given)} is not known", nearest(str(given), words)
    say = _SAY.get(kind)
    if say is None:
        return f"{_named(loc)}{fault['msg'].lower()}", ""
    return f"{_named(loc)}{say[0]}, not {_shown(given)}", say[1]


def _named(loc: Path) -> str:
    names = [x for x in loc if isinstance(x, str)]
    return f"{names[-1]}: " if names else ""


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else ("a list" if value else "an empty list")
    return "nothing" if value is None else repr(value)[:60]


def _at(model: type[BaseModel], loc: Path) -> type[BaseModel] | None:
    """The model that describes the value at loc."""
    here: Any = model
    for step in loc:
        if isinstance(step, str):
            here = _below(here, step)
    return _inner(here)


def _below(annotation: Any, name: str) -> Any:
    """What describes the value of that key: of a mapping by key each value's, else the field's."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _field(annotation, name)
    args = typing.get_args(annotation)
    if typing.get_origin(annotation) is dict:
        return args[1]
    return next((found for one in args if (found := _below(one, name)) is not None), None)


def _field(model: type[BaseModel], name: str) -> Any:
    for key, described in model.model_fields.items():
        if name in (key, described.alias):
            return described.annotation
    return None


def _inner(annotation: Any) -> type[BaseModel] | None:
    """Itself, or what a list or an optional value has; of a mapping it is that of its values, and never the mapping's own."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) is dict:
        return None
    return next((found for one in typing.get_args(annotation) if (found := _inner(one))), None)


def _keys(model: type[BaseModel] | None) -> Iterable[str]:
    return [described.alias or key for key, described in model.model_fields.items()] if model else []


def _example(model: type[BaseModel] | None, name: str) -> str:
    for key, described in model.model_fields.items() if model else ():
        if name in (key, described.alias) and described.examples:
            return f"write for example  {name}: {described.examples[0]}"
    return f"add {name}"


_SAY: dict[str, tuple[str, str]] = {
    "string_type": ("must be text", "put it in quotes"),
    "bool_type": ("must be true or false", "write true or false, without quotes"),
    "int_type": ("must be a whole number", "write it in digits, without quotes"),
    "list_type": ("must be a list", "write it as [one, two] or with a dash on each line"),
    "too_short": ("must name at least one", "add one, or remove the key"),
    "dict_type": ("must be a mapping", "write key: value lines, indented"),
    "model_type": ("must be a mapping", "write key: value lines, indented"),
    "greater_than_equal": ("is too small", "write a larger number"),
    "less_than_equal": ("is too large", "write a smaller number"),
}
