"""One spelling for every value, so that the same value always has the same hash.

The spelling is JSON in ASCII with sorted keys and no spaces. A field that has its default is left out: a
field that a later version adds does not change the hash of what an earlier version wrote.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from enum import Enum
from functools import lru_cache
from typing import cast

_Plain = dict[str, object]


def canonical_text(value: object) -> str:
    """Return the canonical JSON of a core value. Raises TypeError for what has no spelling."""
    return spell(to_plain(value))


def spell(plain: object) -> str:
    """Return the canonical JSON of a value that is plain already."""
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sha256_of_text(text: str) -> str:
    """Return the SHA-256 of a canonical text, in hexadecimal; damaged text has one too, a different one."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def canonical_sha256(value: object) -> str:
    """Return the SHA-256 of a core value's canonical JSON, in hexadecimal."""
    return sha256_of_text(canonical_text(value))


def to_plain(value: object) -> object:
    """Return a core value as JSON's own types. Raises TypeError for what has no spelling."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, dt.datetime):
        return _utc(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields_of(value)
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in cast("dict[object, object]", value).items()}
    raise TypeError(f"no canonical spelling for {type(value).__name__}")


def _utc(value: dt.datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("a time without its zone has no canonical spelling")
    return value.astimezone(dt.UTC).isoformat()


def _fields_of(value: object) -> _Plain:
    plain: _Plain = {}
    for name, default in _names_and_defaults(type(value)):
        item: object = getattr(value, name)
        if item != default:
            plain[name] = to_plain(item)
    return plain


@lru_cache(maxsize=64)
def _names_and_defaults(kind: type) -> tuple[tuple[str, object], ...]:
    # `MISSING` equals nothing, so a field without a default is always spelled.
    return tuple((field.name, cast("object", field.default)) for field in dataclasses.fields(kind))
