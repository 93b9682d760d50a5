"""Reads the imported lists: what they say of a code on a day, and the index paths that lead to it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

from ehrcoder.adapters.codesets.edition import connect
from ehrcoder.adapters.codesets.lists import LISTS_FOLDER, ListManifest, newest, read_list_manifests
from ehrcoder.core.code_releases import InstalledList
from ehrcoder.core.codes import without_dot
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.core.procedure_tables import ProcedureAxis, ProcedureRow, ProcedureTable
from ehrcoder.core.severity import CMS_HCC, MS_DRG, CodeWeight

_FACTS = "SELECT list, value FROM fact WHERE code = ? AND list IN ({})"
_NAMES = {
    "poa-exempt": ("poa-exempt",),
    "mce": ("unacceptable-principal", "needs-secondary", "manifestation", "age-newborn", "age-pediatric",
            "age-maternity", "age-adult"),
}
_PATHS = """
SELECT e.path, e.modifiers, c.written FROM entry_code c JOIN entry e ON e.id = c.entry_id
WHERE c.bare = ? ORDER BY e.level, e.id LIMIT ?
"""
_SUCCESSORS = "SELECT code FROM fact WHERE list = 'previous code' AND value = ? AND code != ? ORDER BY code"
_TABLE = """
SELECT r.id, r.title, v.place, v.axis, v.value, v.label FROM pcs_row r JOIN pcs_value v ON v.row_id = r.id
WHERE r.prefix = ? ORDER BY r.id, v.place, v.value
"""
_V28 = "CMS-HCC Model V28"
_LABEL = "SELECT text FROM fact WHERE list = ? AND code = ?"
_BELOW = "SELECT value FROM fact WHERE list = ? AND code = ?"
_ENTRIES = """
SELECT c.bare, e.path, e.modifiers
FROM entry_fts f JOIN entry e ON e.id = f.rowid JOIN entry_code c ON c.entry_id = e.id
WHERE entry_fts MATCH ? ORDER BY e.level, e.id LIMIT ?
"""
# Lists that were imported before their codes were indexed by entry get that index for as long as they are open: without
# it, each entry that a search finds would cost a walk over all codes.
_IS_INDEXED = "SELECT 1 FROM sqlite_master WHERE name = 'entry_code_entry'"
_INDEX_NOW = """
CREATE TEMP TABLE entry_code AS SELECT bare, entry_id, written FROM main.entry_code;
CREATE INDEX temp.entry_code_entry ON entry_code (entry_id);
CREATE INDEX temp.entry_code_bare ON entry_code (bare);
"""
_PATH_KINDS = ("index", "external-cause-index", "neoplasm-table", "drug-table")


class CodeLists:
    """The imported lists of a code-set folder. Belongs to the thread that opened it; files open on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / LISTS_FOLDER
        self._manifests = read_list_manifests(folder)
        self._open: dict[str, sqlite3.Connection] = {}

    def all(self) -> tuple[InstalledList, ...]:
        """Return every imported list, by kind and edition."""
        ordered = sorted(self._manifests, key=lambda each: (each.kind, each.system, each.since))
        return tuple(each.listed for each in ordered)

    def installed(self, on: dt.date | None) -> dict[str, str]:
        """Return the kinds of lists that say something of codes, with the edition that holds on a day."""
        found = ((kind, newest(self._manifests, kind, on)) for kind in _NAMES)
        return {kind: manifest.edition for kind, manifest in found if manifest}

    def facts(self, code: str, on: dt.date | None) -> dict[str, str]:
        """Return the lists that a diagnosis code stands on, with the value there."""
        found: dict[str, str] = {}
        for kind, names in _NAMES.items():
            manifest = newest(self._manifests, kind, on)
            if manifest is not None:
                query = _FACTS.format(",".join("?" * len(names)))
                found.update(self._connection(manifest).execute(query, (without_dot(code), *names)).fetchall())
        return found

    def successors(self, system: str, code: str) -> tuple[str, ...]:
        """Return the codes, without dots, that the newest conversion table of a system names for a former one."""
        tables = [each for each in self._manifests if each.kind == "conversion" and each.system == system]
        manifest = newest(tables, "conversion", None)
        if manifest is None:
            return ()
        bare = without_dot(code)
        rows = self._connection(manifest).execute(_SUCCESSORS, (bare, bare)).fetchall()
        return tuple(each for (each,) in rows)

    def weights(self, code: str, on: dt.date | None) -> tuple[CodeWeight, ...]:
        """Return a diagnosis code's complication class and its category of CMS-HCC V28."""
        bare, found = without_dot(code), list[CodeWeight]()
        severity, risk = newest(self._manifests, "severity", on), newest(self._manifests, "hcc", on)
        if severity is not None:
            rows = self._connection(severity).execute(_FACTS.format("?"), (bare, "severity")).fetchall()
            found += [CodeWeight(scheme=MS_DRG, value=v, label="", edition=severity.edition) for _, v in rows]
        if risk is not None:
            rows = self._connection(risk).execute(_FACTS.format("?"), (bare, _V28)).fetchall()
            found += [
                CodeWeight(scheme=CMS_HCC, value=value, label=self._hcc_label(value, on), edition=risk.edition,
                           below=self._hcc_below(value, on))
                for _, value in rows
            ]
        return tuple(found)

    def _hcc_label(self, category: str, on: dt.date | None) -> str:
        manifest = newest(self._manifests, "hcc-labels", on)
        row = manifest and self._connection(manifest).execute(_LABEL, (CMS_HCC, f"HCC{category}")).fetchone()
        return row[0] if row else ""

    def _hcc_below(self, category: str, on: dt.date | None) -> tuple[str, ...]:
        manifest = newest(self._manifests, "hcc-hierarchies", on)
        if manifest is None:
            return ()
        return tuple(v for (v,) in self._connection(manifest).execute(_BELOW, (CMS_HCC, category)))

    def paths(self, code: str, *, on: dt.date | None = None, limit: int = 40) -> tuple[str, ...]:
        """Return the index paths that lead to a code, shortest first."""
        found: list[str] = []
        for kind in _PATH_KINDS:
            manifest = newest(self._manifests, kind, on)
            if manifest is not None:
                rows = self._connection(manifest).execute(_PATHS, (without_dot(code), limit))
                found.extend(f"{path} {modifiers}".strip() for path, modifiers, _ in rows)
        return tuple(dict.fromkeys(found))[:limit]

    def entries_of(self, match: str, *, limit: int) -> list[tuple[str, str]]:
        """Return codes without dot and the index paths that lead to them, for a full-text query."""
        found: list[tuple[str, str]] = []
        for kind in _PATH_KINDS:
            manifest = newest(self._manifests, kind, None)
            if manifest is not None:
                rows = self._connection(manifest).execute(_ENTRIES, (match, limit))
                found.extend((bare, f"{path} {modifiers}".strip()) for bare, path, modifiers in rows)
        return found

    def procedure_table(self, code: str, on: dt.date | None) -> ProcedureTable | None:
        """Return a table of the imported tables that held on a day, or None where there is none such."""
        manifest = newest(self._manifests, "pcs-tables", on)
        if manifest is None:
            return None
        lines = self._connection(manifest).execute(_TABLE, (code,)).fetchall()
        if not lines:
            return None
        rows: dict[int, dict[int, tuple[str, list[tuple[str, str]]]]] = {}
        for row, _, place, axis, value, label in lines:
            rows.setdefault(row, {}).setdefault(place, (axis, []))[1].append((value, label))
        return ProcedureTable(
            code=code, title=lines[0][1], edition=manifest.edition, rows=tuple(
                ProcedureRow(axes=tuple(
                    ProcedureAxis(name=name, values=tuple(values)) for _, (name, values) in sorted(places.items())
                ))
                for places in rows.values()
            ),
        )

    def _connection(self, manifest: ListManifest) -> sqlite3.Connection:
        if manifest.file not in self._open:
            try:
                connection = self._open[manifest.file] = connect(self._folder / manifest.file)
                if connection.execute(_IS_INDEXED).fetchone() is None:
                    connection.executescript(_INDEX_NOW)
            except (OSError, sqlite3.DatabaseError) as error:
                raise EnvironmentFault(
                    f"The list {manifest.kind} cannot be opened: {error}.", next_step="Import it again."
                ) from error
        return self._open[manifest.file]

    def close(self) -> None:
        """Close the files."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()
