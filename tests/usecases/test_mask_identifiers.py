"""A masked version is a record of its own, with its codes' evidence moved; the former record stays as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from builders.coding_world import CountingIds, SteppingClock

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.cli.main import main
from ehrcoder.core.campaign.plan import CampaignPlan
from ehrcoder.core.codes import ICD_10_CM, CodeKind, Coding
from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.identifiers import IdentifierKind
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, ImportedCode, Patient
from ehrcoder.usecases.campaign.label import make_label_list
from ehrcoder.usecases.campaign.sample import gather_facts
from ehrcoder.usecases.mask_identifiers import mask_record, of_kinds

NOTE = "Seen by Dr. Maria Lopez on 2026-03-04.\r\nFever. Mr. Smith has pneumonia.\r\n"
D1 = DocumentId("d1")


def a_record() -> EncounterRecord:
    start = NOTE.index("pneumonia")
    return EncounterRecord(
        record_id=RecordId("r1"), source_format="text", source_name="note.txt", source_sha256="ab" * 32,
        imported_at=SteppingClock().now(), patient=Patient(pseudonym="p1"),
        documents=(ClinicalDocument(document_id=D1, type="Clinical note", title="Letter of Dr. Lopez", text=NOTE),),
        imported_codes=(ImportedCode(
            coding=Coding(system=ICD_10_CM, version="", code="J18.9", display=""), kind=CodeKind.DIAGNOSIS,
            source_label="brat", evidence=(Evidence(
                span=TextSpan(document_id=D1, start=start, end=start + 9), quote="pneumonia"),),
        ),),
    )


@pytest.fixture
def workspace(tmp_path: Path):
    opened = SqliteWorkspace.open(tmp_path / "w.ehrw", clock=SteppingClock(), ids=CountingIds())
    opened.add_records([a_record()])
    yield opened
    opened.close()


def masked(workspace, **more):
    return mask_record(RecordId("r1"), store=workspace, clock=SteppingClock(), ids=CountingIds(), **more)


def test_the_new_version_hides_and_the_former_text_stays(workspace) -> None:
    made = masked(workspace)
    new, former = workspace.record(made.record_id), workspace.record(RecordId("r1"))
    assert new.documents[0].text == (
        "Seen by Dr. [name 1] on [date with day 1].\r\nFever. Mr. [name 2] has pneumonia.\r\n"
    )
    assert new.documents[0].title == "Letter of Dr. [name 3]"
    assert (former, made.masked) == (a_record(), 3)
    assert workspace.verify().problems == ()


def test_evidence_moves_with_its_words(workspace) -> None:
    new = workspace.record(masked(workspace).record_id)
    evidence, = new.imported_codes[0].evidence
    assert new.documents[0].text[evidence.span.start:evidence.span.end] == evidence.quote == "pneumonia"


def test_the_mapping_is_stored_and_leads_back(workspace) -> None:
    new = workspace.record(masked(workspace).record_id)
    assert new.masked_from is not None
    assert new.masked_from.record_id == "r1"
    text = new.documents[0].text
    for piece in new.masked_from.maps[0].pieces:
        assert text[piece.masked_start:piece.masked_end].startswith("[")
    words = [NOTE[piece.start:piece.end] for piece in new.masked_from.maps[0].pieces]
    assert words == ["Maria Lopez", "2026-03-04", "Smith"]


def test_only_the_chosen_kinds_are_masked(workspace) -> None:
    new = workspace.record(masked(workspace, chosen=of_kinds([IdentifierKind.DATE])).record_id)
    assert new.documents[0].text == NOTE.replace("2026-03-04", "[date with day 1]")


def test_the_same_choice_gives_the_version_that_is_there(workspace) -> None:
    first, second = masked(workspace), masked(workspace)
    assert (second.record_id, second.already_there) == (first.record_id, True)
    assert len(workspace.rows()) == 2


def test_a_record_without_findings_is_not_doubled(workspace) -> None:
    plain = replace(a_record(), record_id=RecordId("r2"), source_sha256="cd" * 32, imported_codes=(), documents=(
        ClinicalDocument(document_id=D1, type="Clinical note", title="note", text="Fever."),))
    workspace.add_records([plain])
    with pytest.raises(InputError, match="nothing was masked"):
        mask_record(RecordId("r2"), store=workspace, clock=SteppingClock(), ids=CountingIds())


def test_a_masked_version_stands_for_its_original_in_a_campaign(workspace) -> None:
    version = masked(workspace).record_id
    store = workspace.campaigns
    campaign = store.create("c", CampaignPlan(control_share=0.0))
    assert [each.record_id for each in gather_facts(workspace)] == [version]
    name = make_label_list(campaign, records=workspace, store=store)
    assert [line.item.record_id for line in store.work(campaign.campaign_id, name)] == [version]


def test_proposing_for_all_leaves_the_originals_of_masked_versions_out(tmp_path: Path, capsys) -> None:
    (tmp_path / "note.txt").write_bytes(NOTE.encode())
    workspace = ["--workspace", str(tmp_path / "w.ehrw")]
    assert main(["import", str(tmp_path / "note.txt"), *workspace]) == 0
    assert main(["identifiers", "--all", "--mask", *workspace]) == 0
    capsys.readouterr()
    assert main(["propose", "--all", "--no-model", "--json", *workspace]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert main(["records", "list", "--json", *workspace]) == 0
    titles = {row["record_id"]: row["title"] for row in json.loads(capsys.readouterr().out)}
    assert len(titles) == 2
    assert titles[result["record"]] == "note (masked)"


def test_the_command_line_masks_shows_the_mapping_and_finds_nothing_more(tmp_path: Path, capsys) -> None:
    note = tmp_path / "note.txt"
    note.write_bytes(NOTE.encode())
    workspace = ["--workspace", str(tmp_path / "w.ehrw")]
    assert main(["import", str(note), *workspace]) == 0
    assert main(["identifiers", "--all", *workspace]) == 1
    assert main(["identifiers", "--all", "--mask", *workspace]) == 0
    assert main(["identifiers", "--all", "--mask", *workspace]) == 0
    assert main(["identifiers", "note (masked)", *workspace]) == 0
    capsys.readouterr()
    assert main(["identifiers", "note (masked)", "--mapping", *workspace]) == 0
    shown = capsys.readouterr().out
    assert "name: 12-23 of" in shown
    assert "Lopez" not in shown
