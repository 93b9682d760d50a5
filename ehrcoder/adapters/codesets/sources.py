"""Where the default code sets come from: files inside installed packages, and the project's own small sets."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from ehrcoder.adapters.codesets.procedures import procedure_rows, read_titles
from ehrcoder.adapters.codesets.rows import ConceptRow, EditionSource
from ehrcoder.adapters.codesets.synonyms import code_synonyms
from ehrcoder.adapters.codesets.tabular import read_tabular
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS
from ehrcoder.core.errors import EnvironmentFault, InputError

_CM_PACKAGE, _CM_VERSION = "simple-icd-10-cm", "1.5.0"
_CM_TABULAR = "simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml"
_CM_LIST = "simple_icd_10_cm/data/code-list-April-2026.txt"
_PCS_PACKAGE, _PCS_VERSION = "drg", "1.0.0"
_PCS_TITLES = "drg/data/tuva/icd_10_pcs.csv"
PCS_SECTIONS = "icd-10-pcs-sections.json"
_SET_SUFFIX = ".codeset.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultSource:
    """Inputs of one default edition, and how they become rows; inputs are read before, so that they can be hashed."""

    label: str
    inputs: tuple[bytes, ...]
    read: Callable[[], EditionSource]


def default_sources(folder: Path) -> tuple[Callable[[], DefaultSource], ...]:
    """Return the openers of all default editions; `folder` holds the project's own sets."""
    small = sorted(folder.glob(f"*{_SET_SUFFIX}"))
    return (
        lambda: _diagnoses(folder),
        lambda: _procedures(folder),
        *(_opener(path) for path in small),
    )


def _opener(path: Path) -> Callable[[], DefaultSource]:
    return lambda: _small_set(path)


def package_file(package: str, version: str, name: str) -> bytes:
    """Return a file of an installed package without importing the package. Raises EnvironmentFault."""
    fix = f'Run `pip install "{package}=={version}"`, then `ehrcoder codesets build`.'
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError as error:
        raise EnvironmentFault(f"The package {package} is not installed.", next_step=fix) from error
    if distribution.version != version:
        raise EnvironmentFault(
            f"{package} {distribution.version} is installed, but the code sets are built from {version}.",
            next_step=fix,
        )
    try:
        return Path(str(distribution.locate_file(name))).read_bytes()
    except OSError as error:
        raise EnvironmentFault(f"{package} lacks its file {Path(name).name}.", next_step=fix) from error


def _diagnoses(folder: Path) -> DefaultSource:
    xml = package_file(_CM_PACKAGE, _CM_VERSION, _CM_TABULAR)
    code_list = package_file(_CM_PACKAGE, _CM_VERSION, _CM_LIST)
    synonyms, synonym_input = code_synonyms(folder, "ICD-10-CM")

    def read() -> EditionSource:
        rows = read_tabular(xml, code_list.decode("utf-8-sig"), file_name=Path(_CM_TABULAR).name)
        return EditionSource(
            slug="icd-10-cm", name="ICD-10-CM, April 2026", system=ICD_10_CM, version="2026-04",
            effective_from=dt.date(2026, 4, 1), effective_to=dt.date(2026, 9, 30),
            licence="Public domain (work of the United States government: NCHS, CDC)",
            source=f"Tabular list and code list in {_CM_PACKAGE} {_CM_VERSION} (PyPI, MIT)",
            caveat="", concepts=_with_synonyms(rows, synonyms),
        )

    return DefaultSource(label="ICD-10-CM", inputs=(xml, code_list, synonym_input), read=read)


def _procedures(folder: Path) -> DefaultSource:
    data = package_file(_PCS_PACKAGE, _PCS_VERSION, _PCS_TITLES)
    sections = (folder / PCS_SECTIONS).read_bytes()
    synonyms, synonym_input = code_synonyms(folder, "ICD-10-PCS")

    def read() -> EditionSource:
        rows = procedure_rows(read_titles(data, file_name=Path(_PCS_TITLES).name), sections=json.loads(sections))
        return EditionSource(
            slug="icd-10-pcs", name="ICD-10-PCS, April 2024", system=ICD_10_PCS, version="2024-04",
            effective_from=dt.date(2024, 4, 1), effective_to=dt.date(2024, 9, 30),
            licence="Public domain (work of the United States government: CMS)",
            source=f"Titles in {_PCS_PACKAGE} {_PCS_VERSION} (PyPI, Apache-2.0)",
            caveat="The package names no edition; its codes are exactly those of CMS's release for fiscal year 2024 "
            "with the update of April. Against fiscal year 2027, 758 codes are missing and 140 are no longer in force. "
            "Titles of headers below the body systems are derived from the titles below them.",
            concepts=_with_synonyms(rows, synonyms),
        )

    return DefaultSource(label="ICD-10-PCS", inputs=(data, sections, synonym_input), read=read)


def _small_set(path: Path) -> DefaultSource:
    data = path.read_bytes()

    def read() -> EditionSource:
        try:
            document: dict[str, Any] = json.loads(data)
            return EditionSource(
                slug=document["slug"], name=document["name"], system=document["system"],
                version=document["version"], effective_from=None, effective_to=None,
                licence=document["licence"], source=document["source"], caveat=document.get("caveat", ""),
                concepts=tuple(_small_row(entry) for entry in document["concepts"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path.name} is not a code set of this project: {error!r}.",
                kept="The installed code sets are unchanged.",
            ) from error

    return DefaultSource(label=path.name.removesuffix(_SET_SUFFIX), inputs=(data,), read=read)


def _small_row(entry: Mapping[str, Any]) -> ConceptRow:
    return ConceptRow(
        code=entry["code"], display=entry["display"], parent=entry.get("parent"), is_billable=True,
        synonyms=tuple(entry.get("synonyms", ())), definition=entry.get("definition", ""),
    )


def _with_synonyms(
    rows: Iterator[ConceptRow], synonyms: Mapping[str, Mapping[str, bool]]
) -> Iterator[ConceptRow]:
    used: set[str] = set()
    for row in rows:
        if row.code in synonyms:
            used.add(row.code)
            phrases = synonyms[row.code]
            row = replace(
                row, synonyms=tuple(phrases), search_only=frozenset(p for p, only in phrases.items() if only)
            )
        yield row
    unknown = sorted(set(synonyms) - used)
    if unknown:
        raise InputError(f"The synonyms name codes that the edition does not have: {', '.join(unknown)}.")
