"""The base of everything read from TOML, and its errors in one readable line.

Pydantic reports faults as a list over several lines, in its own words. A person who has mistyped
one key needs the file, the key, what stands there and what should: that is a `ConfigError` here.
"""

import json
import types
import typing
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from forecast.config.files import parse_toml
from forecast.errors import ConfigError, ForecastError, nearest


class Frozen(BaseModel):
    """A checked, immutable piece of configuration that refuses keys it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True
    )


ModelT = TypeVar("ModelT", bound=BaseModel)


def read_toml(path: Path, model: type[ModelT]) -> ModelT:
    """Read one TOML file into one model.

    Types are strict: the text ``"4.5"`` is no number, ``true`` is no 1 and ``2000.0`` is no whole
    number. Arrays become tuples, and dates may be written with or without quotes.

    Raises
    ------
    ConfigError
        One line that names the file, the dotted key, what was found, what was expected, and for an
        unknown key the nearest known one.
    """
    content = json.dumps(parse_toml(path), default=str)
    try:
        # Strict validation of JSON, unlike that of Python values, takes an array for a tuple.
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise ConfigError(explain(error, str(path), model)) from None


@contextmanager
def at(where: str) -> Generator[None]:
    """Put the place in front of an error that does not know it.

    Parameters
    ----------
    where
        File and dotted key, e.g. ``free.toml: statement[0].period``.
    """
    try:
        yield
    except ForecastError as error:
        raise ConfigError(f"{where}: {error}") from None


def explain(error: ValidationError, where: str, model: type[BaseModel]) -> str:
    """Say in one readable line what the first fault of a validation error is.

    Unknown keys come before missing ones: a mistyped key causes both, and only the first says why.

    Parameters
    ----------
    error
        What pydantic raised.
    where
        The file, or another name of the place that the values came from.
    model
        The model that was validated, for the names of its keys.
    """
    details = sorted(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
    detail = details[0]
    key = dotted(detail["loc"])
    line = f"{where}: {key + ': ' if key else ''}{_sentence(detail, model)}"
    if len(details) > 1:
        line += f" (and {len(details) - 1} more after this one)"
    return " ".join(line.split())


def dotted(loc: tuple[int | str, ...]) -> str:
    """Write a place in a file as people do: ``statement[0].unit``, counting from 0."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc]
    return "".join(parts).removeprefix(".")


# What to say instead of pydantic's own words, by its error type; {…} come from the error's context.
_EXPECTED: Mapping[str, str] = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list in [ ]",
    "list_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "finite_number": "a finite number",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number of at most {le}",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "string_too_short": "at least {min_length} characters",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "date_from_datetime_parsing": "a date such as 2020-09-07",
    "date_parsing": "a date such as 2020-09-07",
    "date_type": "a date such as 2020-09-07",
}


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Say what was found and what was expected at one place."""
    kind, loc = detail["type"], detail["loc"]
    if kind == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        listed = f"; the keys here are {', '.join(known)}" if known else ""
        return f"unknown key{nearest(str(loc[-1]), known)}{listed}"
    if kind == "missing":
        meaning = _description(model, loc)
        return f"missing; expected {meaning or 'this key'}"
    if kind == "value_error":
        return str(detail.get("ctx", {}).get("error", detail["msg"]))
    if kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**detail.get("ctx", {}))
        return f"found {_shown(detail['input'])}, expected {expected}{_hint(detail)}"
    return f"found {_shown(detail['input'])}: {detail['msg']}"


def _shown(value: object) -> str:
    """Write a found value short enough for a line, spelled as in TOML."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _hint(detail: ErrorDetails) -> str:
    """Name the nearest of the allowed words, where the words are a fixed list."""
    expected, found = detail.get("ctx", {}).get("expected"), detail["input"]
    if detail["type"] not in {"literal_error", "enum"} or not isinstance(found, str):
        return ""
    return nearest(found, str(expected).replace(" or ", ", ").replace("'", "").split(", "))


def _known_keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """List the keys of the table at a place, in the order they are declared."""
    owner = _descend(model, loc)
    if not _is_model(owner):
        return []
    return [field.alias or name for name, field in owner.model_fields.items()]


def _description(model: type[BaseModel], loc: tuple[int | str, ...]) -> str | None:
    """Say what the key at a place means, as its field declares."""
    owner, name = _descend(model, loc[:-1]), loc[-1]
    if not _is_model(owner):
        return None
    fields = {field.alias or key: field for key, field in owner.model_fields.items()}
    return fields[str(name)].description if str(name) in fields else None


def _descend(annotation: object, loc: tuple[int | str, ...]) -> object:
    """Find the model at a place below an annotation, or None where there is none."""
    for step in loc:
        candidates = [part for part in _parts(annotation) if _accepts(part, step)]
        if not candidates:
            return None
        annotation = _below(candidates[0], step)
    models = [part for part in _parts(annotation) if _is_model(part)]
    return models[0] if models else None


def _parts(annotation: object) -> list[object]:
    """List the alternatives of a union, without ``Annotated`` round them."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _parts(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [part for arg in typing.get_args(annotation) for part in _parts(arg)]
    return [annotation]


def _accepts(part: object, step: int | str) -> bool:
    """Tell whether a type can have something below it at this step."""
    if _is_model(part):
        return any(step == (field.alias or name) for name, field in part.model_fields.items())
    return bool(typing.get_args(part))


def _below(part: object, step: int | str) -> object:
    """Go one step further down."""
    if _is_model(part):
        fields = {field.alias or name: field for name, field in part.model_fields.items()}
        return fields[str(step)].annotation
    arguments = typing.get_args(part)
    # dict[str, X] has its values last; tuple[X, ...] and list[X] have them first.
    return arguments[-1] if isinstance(step, str) else arguments[0]


def _is_model(part: object) -> typing.TypeGuard[type[BaseModel]]:
    return isinstance(part, type) and issubclass(part, BaseModel)
