"""Measuring against gold codes: reading a table of notes, the stages' counts, and our own codes of real notes."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from ehrcoder.cli.gold_corpora import table_records
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import TextSpan
from ehrcoder.core.ids import DocumentId
from ehrcoder.core.sections import SectionKind
from ehrcoder.engine.artefacts import Artefacts
from ehrcoder.engine.choose import CodeCase, Pair
from ehrcoder.engine.ground import Candidate
from ehrcoder.engine.pipeline import RankedCode, Ranking
from ehrcoder.engine.segment import Sentence
from ehrcoder.usecases.stage_figures import StageCounts, count_stages

OUR_CODES = Path(__file__).resolve().parent.parent / "golden" / "clinical" / "aci-bench-codes.tsv"


def table_of(folder: Path, notes: str, codes: str) -> tuple[Path, Path]:
    (folder / "notes.csv").write_text(notes, "utf-8")
    (folder / "codes.tsv").write_text(codes, "utf-8")
    return folder / "notes.csv", folder / "codes.tsv"


def test_a_table_of_notes_is_read_with_the_codes_beside_it(tmp_path: Path) -> None:
    notes, codes = table_of(tmp_path, 'encounter_id,note\nA,"Gout.\nStable."\nB,None\n', "note\tcodes\nA\tM10.9 I10\n")
    records = list(table_records(notes, codes))
    assert [(r.name, r.text) for r in records] == [("A", "Gout.\nStable.")]
    assert records[0].codes[CodeKind.DIAGNOSIS] == {"M10.9", "I10"}


@pytest.mark.parametrize(
    ("notes", "codes", "said"),
    [
        ("id,text\nA,b\n", "note\tcodes\nA\tI10\n", "encounter_id and note"),
        ("encounter_id,note\nA,b\n", "note\tcodes\nA I10\n", "line 2"),
    ],
)
def test_a_table_of_another_shape_is_refused_in_words(tmp_path: Path, notes: str, codes: str, said: str) -> None:
    table, gold = table_of(tmp_path, notes, codes)
    with pytest.raises(InputError, match=said):
        list(table_records(table, gold))


def no_artefacts() -> Artefacts:
    """Artefacts that know nothing; the counts do not look at them."""
    return cast("Artefacts", None)


def ranked(code: str, confidence: float, *scores: float) -> RankedCode:
    pairs = tuple(
        Pair(
            sentence=n, features=(), score=score,
            candidate=Candidate(kind=CodeKind.DIAGNOSIS, code=code, first=0, last=0),
        )
        for n, score in enumerate(scores)
    )
    case = CodeCase(kind=CodeKind.DIAGNOSIS, code=code, pairs=pairs, is_billable=True, code_sentences=0)
    return RankedCode(case=case, confidence=confidence)


def test_each_stage_counts_what_it_loses() -> None:
    span = TextSpan(document_id=DocumentId("d1"), start=0, end=4)
    codes = (ranked("I10", 0.9, 0.9), ranked("E11.9", 0.6, 0.5), ranked("E11.65", 0.5, 0.6))
    ranking = Ranking(
        sentences=(Sentence(span=span, text="Gout", section=SectionKind.UNKNOWN),), codes=codes, model=None,
        prompt_tokens=0, judged=0, candidate_codes=frozenset((CodeKind.DIAGNOSIS, r.case.code) for r in codes),
        artefacts=no_artefacts(),
    )
    counts = {CodeKind.DIAGNOSIS: StageCounts()}
    gold = frozenset({"I10", "E11.65", "M10.9"})
    count_stages(
        counts, gold={CodeKind.DIAGNOSIS: gold}, labels=[frozenset((CodeKind.DIAGNOSIS, code) for code in gold)],
        ranking=ranking, suggestions=(), floors={CodeKind.DIAGNOSIS: 0.55},
    )
    shares = counts[CodeKind.DIAGNOSIS].shares()
    assert shares["mention_recall"] == pytest.approx(2 / 3)
    assert shares["candidate_recall_at_1"] == pytest.approx(1 / 3)
    assert shares["candidate_recall_at_5"] == pytest.approx(2 / 3)
    assert shares["candidate_recall_in_the_record"] == pytest.approx(2 / 3)
    assert shares["choice_given_the_candidate"] == pytest.approx(1 / 2)
    assert shares["above_the_floor_given_the_candidate"] == pytest.approx(1 / 2)
    assert shares["kept_by_merging_and_policy"] == 0.0


def test_a_stage_that_nothing_reached_is_not_measured() -> None:
    assert set(StageCounts().shares().values()) == {None}


def test_problems_as_clinicians_write_them_lead_to_their_codes() -> None:
    """139 problems, written down before they were tried: 116 were right at first."""
    from ehrcoder.core.records import ClinicalDocument
    from ehrcoder.engine.clinical import ClinicalStage
    from ehrcoder.services import Services

    stage = ClinicalStage(Services().code_sets, lambda _: 0.0)
    lines = OUR_CODES.with_name("problem-phrases.tsv").read_text("utf-8").splitlines()[1:]
    wrong: list[str] = []
    for line in lines:
        problem, code = line.split("\t")
        document = ClinicalDocument(document_id=DocumentId("d1"), type="note", title="", text=f"ASSESSMENT\n{problem}.")
        found = [a.concept.coding.code for a in stage.assess((document,))]
        if found != [code]:
            wrong.append(f"{problem}: {found}, not {code}")
    assert 1 - len(wrong) / len(lines) >= 0.9, "\n".join(wrong)


@pytest.mark.corpus
def test_the_assessed_diagnoses_of_real_notes_are_those_that_we_coded(real_data: Path) -> None:
    """The words of the tables were chosen by people who had read these notes; other notes give less."""
    from ehrcoder.core.metrics import micro_scores
    from ehrcoder.core.records import ClinicalDocument
    from ehrcoder.engine.clinical import ClinicalStage
    from ehrcoder.services import Services

    stage = ClinicalStage(Services().code_sets, lambda _: 0.0)
    found: list[tuple[frozenset[str], frozenset[str]]] = []
    for part in ("train", "valid"):
        for record in table_records(real_data / "ehr" / "aci-bench" / f"{part}.csv", OUR_CODES):
            document = ClinicalDocument(document_id=DocumentId("d1"), type="note", title="", text=record.text)
            codes = frozenset(a.concept.coding.code for a in stage.assess((document,)))
            found.append((record.codes[CodeKind.DIAGNOSIS], codes))
    assert len(found) == 87
    precision, recall, f1 = micro_scores(found)
    assert f1 >= 0.8, (precision, recall, f1)
