"""Small code files in the form in which CMS publishes them, and their import."""

from __future__ import annotations

from pathlib import Path

from ehrcoder.adapters.codesets.importer import import_releases
from ehrcoder.adapters.codesets.release_tables import Named
from ehrcoder.core.code_releases import ReleaseImport
from ehrcoder.paths import find_paths

CODES = {"A000": "Cholera due to Vibrio", "A009": "Cholera, unspecified", "I10": "Hypertension", "Z0000": "Check-up"}


def code_file(codes: dict[str, str] = CODES) -> bytes:
    """Return a code file of these diagnosis codes and nine more, which no edition changes."""
    lines = [f"{code:7} {title}" for code, title in codes.items()]
    return "\r\n".join([*lines, *(f"B{n:02}     Made-up {n}" for n in range(9))]).encode()


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(data)
    return path


def imported(
    target: Path, *paths: Path, named: Named | None = None, sources: Path | None = None
) -> ReleaseImport:
    """Import releases into a folder of code sets."""
    return import_releases(paths, target, sources or find_paths().code_set_sources, named=named)


def sources_with_few_synonyms(folder: Path, *, lines: int = 4) -> Path:
    """Return a folder of sources whose synonym tables are short: an import then takes no second, but all its steps."""
    sources = folder / "sources"
    (sources / "synonyms").mkdir(parents=True)
    for path in find_paths().code_set_sources.iterdir():
        if path.name != "synonyms":
            (sources / path.name).symlink_to(path)
    for table in (find_paths().code_set_sources / "synonyms").glob("*.tsv"):
        put(sources / "synonyms", table.name, b"".join(table.read_bytes().splitlines(keepends=True)[:lines]))
    return sources
