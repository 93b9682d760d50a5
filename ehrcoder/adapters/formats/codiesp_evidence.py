"""Reader of CodiEsp's evidence: which words of the Spanish text support a code (`{split}X.tsv`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ehrcoder.adapters.formats.codiesp import read_codiesp_split
from ehrcoder.core.codes import CodeKind, with_dot, without_dot
from ehrcoder.core.errors import InputError

_KINDS = {"DIAGNOSTICO": CodeKind.DIAGNOSIS, "PROCEDIMIENTO": CodeKind.PROCEDURE}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodiEspEvidence:
    """A gold code with the half-open code-point ranges of its words in the Spanish text, in the corpus' order."""

    kind: CodeKind
    code: str
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodiEspTrainingCase:
    """One case in both languages with its codes and their evidence."""

    name: str
    english: str
    spanish: str
    codes: tuple[tuple[CodeKind, str], ...]
    evidence: tuple[CodiEspEvidence, ...]


def read_codiesp_training(directory: Path, split: str) -> Iterator[CodiEspTrainingCase]:
    """Yield the cases of a split with evidence, in the order of their names. Raises InputError."""
    spanish = {record.name: record.text for record in read_codiesp_split(directory, split, language="es")}
    evidence = _read_evidence(directory / split / f"{split}X.tsv")
    for record in read_codiesp_split(directory, split):
        codes = [(CodeKind.DIAGNOSIS, code) for code in record.diagnosis_codes]
        codes += [(CodeKind.PROCEDURE, code) for code in record.procedure_codes]
        yield CodiEspTrainingCase(
            name=record.name,
            english=record.text,
            spanish=spanish[record.name],
            codes=tuple(codes),
            evidence=tuple(evidence.get(record.name, ())),
        )


def _read_evidence(path: Path) -> dict[str, list[CodiEspEvidence]]:
    if not path.is_file():
        raise InputError(
            f"{path.name} is not there, so it is not known which words support a code.",
            next_step="Give a folder with the corpus' evidence file.",
        )
    found: dict[str, list[CodiEspEvidence]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            name, label, code, _, places = line.split("\t")
            kind = _KINDS[label]
            parts = tuple((int(start), int(end)) for start, end in (part.split() for part in places.split(";")))
        except (ValueError, KeyError) as error:
            raise InputError(
                f"{path.name}, line {number}: expected case, kind, code, words and places between tabs.",
                next_step="Correct the line or leave it out.",
            ) from error
        shown = with_dot(code) if kind is CodeKind.DIAGNOSIS else without_dot(code)
        found.setdefault(name, []).append(CodiEspEvidence(kind=kind, code=shown, parts=parts))
    return found
