"""Checks a bundle's structure against the R4B models of `fhir.resources`, each shape of a resource once.

The models take nine tenths of an export's time, and say the same of every resource that is built alike. A
resource's *shape* is what their verdict depends on: its element names and, of each value, which of FHIR's
primitive types it could be. Two resources of one shape get one verdict, so a shape that was found good is not
asked again. The models know neither code systems nor references nor how often a list repeats.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Sequence
from typing import Any, cast

from ehrcoder.adapters.fhir.elements import Json

_MOST_SHAPES = 4096
_LARGEST_INTEGER = 2**31 - 1
_STRING = re.compile(r"[ \r\n\t\S]+")
_CODE = re.compile(r"\S+(\s\S+)*")
_NO_SPACE = re.compile(r"\S+")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
# Dates, times and addresses that need a closer look, and text that no JSON file can hold.
_ODD = re.compile(r"\d{4}-|\d\d:|.*(://|[\ud800-\udfff])", re.DOTALL)


class StructureChecker:
    """Remembers which shapes the models accepted, for as long as it lives."""

    def __init__(self) -> None:
        self._good: set[Hashable] = set()

    def problems(self, bundle: Json) -> tuple[str, ...]:
        """Return what the models say against a bundle: place and kind, never a value (it may be clinical text)."""
        entries = cast("list[Any]", bundle.get("entry", []))
        head = {name: value for name, value in bundle.items() if name != "entry"}
        shapes = [shape_of(head), *(shape_of(entry) for entry in entries)]
        if all(shape in self._good for shape in shapes):
            return ()
        unknown = [entry for entry, shape in zip(entries, shapes[1:], strict=True) if shape not in self._good]
        if _asked(head | ({"entry": unknown} if "entry" in bundle else {})):
            return _asked(bundle)  # The whole once more, so that the places are the bundle's own.
        if len(self._good) > _MOST_SHAPES:
            self._good.clear()
        self._good.update(shapes)
        return ()


def shape_of(value: Any) -> Hashable:
    """Return what the verdict on a JSON value depends on; `Any` in, since a checker trusts nothing."""
    if isinstance(value, str):
        return _class_of(value)
    if isinstance(value, dict):
        # The type of a resource chooses the model, so that it counts as it is written.
        return tuple(
            (name, item if name == "resourceType" and isinstance(item, str) else shape_of(item))
            for name, item in cast("Json", value).items()
        )
    if isinstance(value, list):
        return frozenset(shape_of(item) for item in cast("list[Any]", value))
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, int):
        return ("integer", (value > 0) - (value < 0), abs(value) <= _LARGEST_INTEGER)
    # Any other number by its own value: decimals are few, and their spelling has rules of its own.
    return ("number", repr(value))


def _class_of(text: str) -> Hashable:
    """Return which primitive types a text could be: each answer is one that some model's field asks for.

    What is not certain to be judged like others of its class is a class of its own.
    """
    moment = _moment_of(text) if text[:1].isdigit() else ""
    if moment:
        return moment
    if _ODD.match(text):
        return text
    if _CODE.fullmatch(text):
        is_base64 = len(text) % 4 == 0 and _BASE64.fullmatch(text) is not None
        return (_NO_SPACE.fullmatch(text) is not None, is_base64, _ID.fullmatch(text) is not None)
    return ("text", _STRING.fullmatch(text) is not None, _STRING.search(text) is not None)


def _moment_of(text: str) -> str:
    """Return the type of a date or time that the calendar has, '' for any other text."""
    try:
        if _DATE.fullmatch(text):
            dt.date.fromisoformat((text + "-01-01")[:10])
            return f"date of {len(text)}"
        if _INSTANT.fullmatch(text):
            dt.datetime.fromisoformat(text)
            return "instant"
    except ValueError:
        pass
    return ""


def _asked(bundle: Json) -> tuple[str, ...]:
    from fhir.resources.R4B.bundle import Bundle
    from pydantic import ValidationError

    try:
        Bundle.model_validate(bundle)
    except ValidationError as error:
        # The error's own text would repeat the values, hence clinical text: places and kinds only.
        errors = cast("Sequence[dict[str, Any]]", error.errors())
        return tuple(".".join(str(part) for part in item["loc"]) + f": {item['type']}" for item in errors)
    return ()
