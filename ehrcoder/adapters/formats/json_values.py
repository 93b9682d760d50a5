"""JSON as it comes from elsewhere: parsed with clear errors, read without trusting its shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ehrcoder.core.errors import InputError

JsonObject = Mapping[str, Any]


def parse_json(text: str) -> Any:
    """Return the parsed text. Raises InputError naming line and column, or that it is nested too deeply."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"The JSON breaks off or is wrong at line {error.lineno}, column {error.colno}: {error.msg}.",
            next_step="Export the file again.",
        ) from error
    except RecursionError as error:
        raise InputError("The JSON is nested too deeply to be a record.",
                         next_step="Check the file at its source.") from error
    except ValueError as error:
        raise InputError("The JSON holds a number that is too long to be one.",
                         next_step="Check the file at its source.") from error


def text_at(value: Any, *keys: str) -> str:
    """Return the text at the end of these keys, '' where there is none; lists give their first item."""
    for key in keys:
        value = _first(value)
        value = value.get(key) if isinstance(value, dict) else None
    value = _first(value)
    return value if isinstance(value, str) else ""


def object_at(value: Any, *keys: str) -> JsonObject:
    """Return the object at the end of these keys, an empty one where there is none."""
    for key in keys:
        value = _first(value)
        value = value.get(key) if isinstance(value, dict) else None
    value = _first(value)
    return value if isinstance(value, dict) else {}


def objects_at(value: Any, key: str) -> tuple[JsonObject, ...]:
    """Return the objects in the list under a key; a lone object counts as a list of one."""
    items = value.get(key) if isinstance(value, dict) else None
    if isinstance(items, dict):
        return (items,)
    if not isinstance(items, list):
        return ()
    return tuple(item for item in items if isinstance(item, dict))


def shown(name: str) -> str:
    """Return a type, id or media type as it may stand in a message: short, and in whole characters."""
    return name[:64].encode("utf-8", errors="replace").decode("utf-8").replace("\x00", "?")


def _first(value: Any) -> Any:
    if isinstance(value, list):
        return value[0] if value else None
    return value
