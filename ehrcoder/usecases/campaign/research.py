"""Exports a labelled set for research: records with codes and provenance, splits, agreement and a data card."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ehrcoder.core.campaign.facts import RecordFacts
from ehrcoder.core.campaign.plan import Campaign, drawn
from ehrcoder.core.canonical import to_plain
from ehrcoder.core.errors import InputError
from ehrcoder.core.identifiers import possible_identifiers
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.core.verification import verified_codes
from ehrcoder.usecases.campaign.dashboard import Dashboard, ReviewPoint
from ehrcoder.usecases.campaign.labels import Labels, Records
from ehrcoder.usecases.file_output import flush_folder, make_folder, write_whole_file

SPLITS = (("train", 0.7), ("dev", 0.15), ("test", 0.15))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResearchExport:
    """What was written: files by name with their sizes in bytes, and how many records hold possible identifiers."""

    folder: Path
    records: int
    signed: int
    files: Mapping[str, int]
    with_possible_identifiers: int


def split_of(campaign: Campaign, content_sha256: str) -> str:
    """Return the split that the campaign's seed gives a record, whatever else is exported."""
    number, passed = drawn(campaign.plan.seed, "split", content_sha256), 0.0
    for name, share in SPLITS:
        passed += share
        if number < passed:
            return name
    return SPLITS[-1][0]


def export_research(
    campaign: Campaign, labels: Labels, board: Dashboard, folder: Path, *, records: Records, description: str = "",
    licence: str = "", only_signed: bool = False,
) -> ResearchExport:
    """Write the set into an empty or new folder. Raises InputError where something is there already."""
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty.", kept="Nothing was written.", next_step="Name a new folder.")
    make_folder(folder)
    chosen = [f for f in labels.facts if f.record_id in labels.decided
              or (not only_signed and f.record_id in labels.labelled)]
    flagged = 0
    lines: list[bytes] = []
    splits: dict[str, list[str]] = {name: [] for name, _ in SPLITS}
    for facts in chosen:
        record = records.record(facts.record_id)
        flagged += any(possible_identifiers(document.text) for document in record.documents)
        split = split_of(campaign, facts.content_sha256)
        splits[split].append(facts.record_id)
        lines.append(json.dumps(_line(facts, record, split, labels, records), ensure_ascii=False).encode() + b"\n")
    files = {
        "records.jsonl": b"".join(lines),
        "splits.json": _json(splits),
        "agreement.json": _json([_agreement(r) for r in board.reviews]),
        "DATACARD.md": _card(campaign, labels, board, splits, flagged, description, licence, len(chosen)).encode(),
    }
    for name, data in files.items():
        write_whole_file(folder / name, data)
    flush_folder(folder)
    return ResearchExport(
        folder=folder, records=len(chosen), signed=sum(f.record_id in labels.decided for f in chosen),
        files={name: len(data) for name, data in files.items()}, with_possible_identifiers=flagged,
    )


def _line(
    facts: RecordFacts, record: EncounterRecord, split: str, labels: Labels, records: Records
) -> dict[str, object]:
    is_signed = facts.record_id in labels.decided
    return {
        "record": facts.record_id, "split": split, "sex": facts.sex, "age_band": facts.age_band,
        "language": facts.language, "source": facts.source, "words": facts.words,
        "documents": [{"id": d.document_id, "type": d.type, "language": d.language, "text": d.text}
                      for d in record.documents],
        "verified": is_signed,
        "codes": list(_verified(facts, records) if is_signed else _suggested(facts, records)),
    }


def _verified(facts: RecordFacts, records: Records) -> Iterator[dict[str, object]]:
    coding = records.coding(facts.record_id)
    for each in verified_codes(coding, records.events(facts.record_id), records.suggestions(facts.record_id),
                               records.runs(facts.record_id)):
        a = each.assignment
        yield {
            "kind": a.kind.value, "system": a.coding.system, "edition": a.coding.version, "code": a.coding.code,
            "display": a.coding.display, "principal": a.use.value == "principal", "sequence": a.sequence,
            "poa": a.present_on_admission.value if a.present_on_admission else None, "origin": each.origin.value,
            "coder": each.coder_id, "at": each.at.isoformat(), "evidence": to_plain(a.evidence),
            "suggestion": _provenance(each.suggestion) if each.suggestion else None,
            "run": _run(each.run) if each.run else None,
        }


def _suggested(facts: RecordFacts, records: Records) -> Iterator[dict[str, object]]:
    runs = records.runs(facts.record_id)
    for s in records.suggestions(facts.record_id):
        if s.run_id == runs[-1].run_id:
            yield {
                "kind": s.kind.value, "system": s.coding.system, "edition": s.coding.version, "code": s.coding.code,
                "display": s.coding.display, "origin": "suggested", "coder": None, "evidence": to_plain(s.evidence),
                "suggestion": _provenance(s), "run": _run(runs[-1]),
            }


def _provenance(suggestion: CodeSuggestion) -> dict[str, object]:
    return {"id": suggestion.suggestion_id, "run": suggestion.run_id, "confidence": suggestion.confidence,
            "rank": suggestion.rank}


def _run(run: Any) -> dict[str, object]:
    return {"id": run.run_id, "outcome": run.outcome.value, "artefacts": dict(run.artefacts), "policy": run.policy,
            "model": run.model.sha256 if run.model else None, "software": run.software_version}


def _agreement(point: ReviewPoint) -> object:
    return to_plain({
        "round": point.round_name, "accuracy": point.accuracy, "target": point.target, "accepted": point.accepted,
        "errors": dict(point.errors), "kappa_families": point.kappa, "alpha_code_sets": point.alpha,
        "coders": [{"coder": name, "codes_that_stood": right} for name, right in point.coders],
    })


def _card(
    campaign: Campaign, labels: Labels, board: Dashboard, splits: Mapping[str, list[str]], flagged: int,
    description: str, licence: str, count: int,
) -> str:
    """Write the card after Gebru et al., "Datasheets for Datasets" (2021): what a user has to know before use."""
    signed = sum(f.record_id in labels.decided for f in labels.facts)
    parts = [
        f"# Data card: campaign {campaign.name}", "",
        f"- **Records:** {count}, of them {signed} signed by a coder; the others carry the engine's suggestions and "
        "say `\"verified\": false`.",
        f"- **Splits** (by seed {campaign.plan.seed} and content hash): "
        + ", ".join(f"{name} {len(ids)}" for name, ids in splits.items()) + ".",
        f"- **Description:** {description or 'not stated by the exporter'}.",
        f"- **Licence:** {licence or 'not stated by the exporter; do not pass the set on before it is'}.",
        f"- **Possible identifiers:** found in {flagged} records by plain rules. The set was not anonymised by this "
        "program, and what the rules do not find may still be there.",
        "- **How codes came about:** `origin` of each code is accepted, replaced, added (by a person) or suggested (by "
        "the engine, nobody looked at it). `run` names model, artefacts and policy by hash.",
        "- **Not for:** deciding about a patient, or measuring an engine on records that it learnt from.", "",
        "## Composition", "",
    ]
    for dimension in ("sex", "age band", "language", "source", "length"):
        counts = Counter(f.of(dimension) for f in labels.facts if f.record_id in labels.current)
        parts.append(f"- {dimension}: " + ", ".join(
            f"{value} {n if n >= 10 else 'fewer than 10'}" for value, n in sorted(counts.items())))
    parts += ["", "## Quality", ""]
    parts += [f"- {q.name}: precision {q.precision:.3f}, recall {q.recall:.3f}, F1 {q.f1.value:.3f} "
              f"({q.f1.low:.3f} to {q.f1.high:.3f}) over {q.records} records labelled before they were signed"
              for q in board.quality]
    parts += [f"- {r.round_name}: accuracy {r.accuracy.value:.3f} ({r.accuracy.low:.3f} to {r.accuracy.high:.3f}), "
              f"target {r.target:.2f}, {'accepted' if r.accepted else 'sent to rework'}" for r in board.reviews]
    if board.time is not None and board.time.simulated:
        parts.append("- Times in this campaign are simulated.")
    return "\n".join(parts) + "\n"


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
