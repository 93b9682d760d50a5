"""Corpora with gold codes for `ehrcoder evaluate`: CodiEsp's folders, and notes in a table with codes beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.negation_check import is_plainly_negated

if TYPE_CHECKING:
    from ehrcoder.usecases.evaluate import GoldRecord

_LONGEST_NOTE = 10_000_000


def codiesp_records(directory: Path, split: str, *, language: str = "en") -> Iterator[GoldRecord]:
    """Yield the cases of a split with the sentences that their evidence stands in, where the corpus has it."""
    from ehrcoder.cli.learn_command import corpus_records
    from ehrcoder.services import read_codiesp_split
    from ehrcoder.usecases.evaluate import GoldRecord

    labels = {}
    names = [record.name for record in read_codiesp_split(directory, split)]
    if (directory / split / f"{split}X.tsv").is_file() and (directory / split / "text_files").is_dir():
        records = (record for _, record in corpus_records(directory, split, language=language))
        labels = {name: record.labels for name, record in zip(names, records, strict=True)}
    for record in read_codiesp_split(directory, split, language=language):
        yield GoldRecord(
            name=record.name,
            text=record.text,
            codes={
                CodeKind.DIAGNOSIS: frozenset(record.diagnosis_codes),
                CodeKind.PROCEDURE: frozenset(record.procedure_codes),
            },
            language=language,
            labels=labels.get(record.name, ()),
        )


def table_records(table: Path, codes: Path) -> Iterator[GoldRecord]:
    """Yield the notes of a CSV table (columns encounter_id and note) that a table of codes names.

    The codes are a tab-separated file with a header, one note a line: its id, then its diagnosis codes with spaces
    between. Raises InputError when one of the files is not as described.
    """
    from ehrcoder.usecases.evaluate import GoldRecord

    gold = _codes_of(codes)
    csv.field_size_limit(_LONGEST_NOTE)
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"encounter_id", "note"} <= set(rows.fieldnames or ()):
            raise InputError(
                f"{table.name} has no columns encounter_id and note.", next_step="Give the table of notes, as CSV."
            )
        for row in rows:
            name = row["encounter_id"]
            if name in gold:
                yield GoldRecord(
                    name=name, text=row["note"], codes={CodeKind.DIAGNOSIS: gold[name], CodeKind.PROCEDURE: frozenset()}
                )


def _codes_of(path: Path) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}.", next_step="Name it with --gold.") from error
    for number, line in enumerate(lines[1:], start=2):
        name, tab, codes = line.partition("\t")
        if line.strip() and not tab:
            raise InputError(
                f"{path.name}, line {number}: expected the id of a note and its codes with a tab between them.",
                next_step="Correct the line.",
            )
        if line.strip():
            found[name] = frozenset(codes.split())
    return found


def negated_mentions(directory: Path, split: str) -> tuple[int, int]:
    """Return how many gold mentions a cue plainly negates in the Spanish text, and how many are marked absent there."""
    from ehrcoder.core.assertion import assertion_of
    from ehrcoder.core.evidence import Assertion
    from ehrcoder.services import read_codiesp_training

    plain = marked = 0
    for case in read_codiesp_training(directory, split):
        for evidence in case.evidence:
            start, end = evidence.parts[0]
            if not is_plainly_negated(case.spanish, start):
                continue
            plain += 1
            begin = max(case.spanish.rfind(mark, 0, start) for mark in (". ", "\n", "; ")) + 1
            stops = [p for mark in (". ", "\n", "; ") if (p := case.spanish.find(mark, end)) >= 0]
            sentence = case.spanish[begin : min(stops, default=len(case.spanish))]
            marked += assertion_of(sentence, start - begin, end - begin) is Assertion.ABSENT
    return plain, marked
