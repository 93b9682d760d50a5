"""Keeps what a person said of a table's columns in one JSON file, by the hash of the table's header."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ehrcoder.adapters.formats.table_columns import plain_name
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.usecases.file_output import write_whole_file

_MOST_KEPT = 500


class ColumnMappingFile:
    """Column names only are kept, never a cell. A damaged file remembers nothing and is replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, header: tuple[str, ...]) -> Mapping[str, str]:
        """Return role → column of a table with this header, nothing where nothing is remembered."""
        columns = self._read().get(_key(header))
        if not isinstance(columns, dict):
            return {}
        return {role: name for role, name in columns.items() if isinstance(role, str) and isinstance(name, str)}

    def keep(self, header: tuple[str, ...], columns: Mapping[str, str]) -> None:
        """Remember the columns; the oldest are forgotten after 500 tables. Raises EnvironmentFault."""
        known = self._read()
        known.pop(_key(header), None)
        if columns:
            known[_key(header)] = dict(columns)
        latest = dict(list(known.items())[-_MOST_KEPT:])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentFault(f"{self._path.parent} cannot be made: {error.strerror or error}.",
                                   next_step="Check the data folder.") from error
        write_whole_file(self._path, json.dumps(latest, indent=1).encode("ascii"))

    def _read(self) -> dict[str, Any]:
        try:
            known = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return known if isinstance(known, dict) else {}


def _key(header: tuple[str, ...]) -> str:
    """The same columns under the same names are the same table, however they are spelled."""
    return hashlib.sha256("\n".join(plain_name(name) for name in header).encode("utf-8", "replace")).hexdigest()
