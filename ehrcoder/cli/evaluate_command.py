"""`ehrcoder evaluate`: measures the engine against a corpus with gold codes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehrcoder.cli.output import add_json_option, print_json, print_table

if TYPE_CHECKING:
    from ehrcoder.usecases.evaluate import EngineReport, Evaluation, GoldRecord, RecordResult

_ENGINES = ("with_model", "without_model")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("evaluate", help="measure the engine against gold codes")
    parser.add_argument("corpus", choices=("codiesp",), help="layout of the corpus")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--split", default="dev", help="sub-folder to read (default: dev)")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N records")
    parser.add_argument(
        "--policy",
        choices=("clinical", "every-mention"),
        default="every-mention",
        help="coding policy (default: every-mention, by which this corpus was coded)",
    )
    parser.add_argument("--suggestions", type=Path, metavar="FILE", help="write every suggestion as JSON lines")
    parser.add_argument("--artefacts", type=Path, metavar="DIR", help="other trained artefacts than the shipped ones")
    parser.add_argument("--no-model", action="store_true", help="measure without the language model only")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from ehrcoder.services import Services
    from ehrcoder.usecases.evaluate import evaluate

    services = Services()
    try:
        names = _ENGINES[1:] if options.no_model else _ENGINES
        engines = {
            name: services.engine(with_model=name == "with_model", policy=options.policy, artefacts=options.artefacts)
            for name in names
        }
        evaluation = evaluate(
            islice(_gold_records(options.directory, options.split), options.limit),
            engines=engines,
            training_records=services.artefacts(options.artefacts).training_records,
            progress=_show_progress,
        )
    finally:
        services.close()
    if evaluation.seen:
        print(
            f"WARNING: {evaluation.seen} of {evaluation.records} records are among those that the artefacts in use "
            "were fitted on. These figures do not show how the engine does on new records.",
            file=sys.stderr,
        )
    if options.suggestions:
        results = evaluation.results[names[0]]
        options.suggestions.write_text("".join(_suggestion_lines(results)), "utf-8")
    if options.json:
        print_json(as_json(evaluation, options.split))
    else:
        _print(evaluation)
    return 0


def _gold_records(directory: Path, split: str) -> Iterator[GoldRecord]:
    from ehrcoder.core.codes import CodeKind
    from ehrcoder.services import read_codiesp_split
    from ehrcoder.usecases.evaluate import GoldRecord

    for record in read_codiesp_split(directory, split):
        yield GoldRecord(
            name=record.name,
            text=record.text,
            codes={
                CodeKind.DIAGNOSIS: frozenset(record.diagnosis_codes),
                CodeKind.PROCEDURE: frozenset(record.procedure_codes),
            },
        )


def _show_progress(done: int, total: int, message: str) -> None:
    if sys.stderr.isatty() or done % 25 == 0 or done == total:
        print(f"{message}: {done}/{total}", file=sys.stderr)


def as_json(evaluation: Evaluation, split: str) -> dict[str, Any]:
    """Return an evaluation in the shape that scripts rely on."""
    content: dict[str, Any] = {
        "split": split,
        "records": evaluation.records,
        "policy": evaluation.policy,
        "records_seen_in_training": evaluation.seen,
    }
    for name, report in evaluation.reports.items():
        content[name] = _report_json(report)
    return content


def _report_json(report: EngineReport) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for kind, measured in report.kinds.items():
        scores = measured.scores
        content[kind.value] = {
            "micro_precision": round(scores.micro_precision, 4),
            "micro_recall": round(scores.micro_recall, 4),
            "micro_f1": round(scores.micro_f1, 4),
            "map": round(scores.map, 4),
            "micro_f1_3char": round(scores.micro_f1_3char, 4),
            "candidate_recall": round(scores.candidate_recall, 4),
            "micro_f1_interval": [round(bound, 4) for bound in measured.f1_interval],
        }
    content["seconds_per_record"] = round(report.seconds_per_record, 3)
    content["records_with_model"] = report.records_with_model
    return content


def _suggestion_lines(results: tuple[RecordResult, ...]) -> Iterator[str]:
    for result in results:
        for suggestion in result.suggestions:
            evidence = suggestion.evidence[0] if suggestion.evidence else None
            line = {
                "record": result.name,
                "kind": suggestion.kind.value,
                "code": suggestion.coding.code,
                "confidence": suggestion.confidence,
                "start": evidence.span.start if evidence else None,
                "end": evidence.span.end if evidence else None,
                "quote": evidence.quote if evidence else None,
            }
            yield json.dumps(line, ensure_ascii=False) + "\n"


def _print(evaluation: Evaluation) -> None:
    print(f"{evaluation.records} records, policy {evaluation.policy}")
    rows: list[tuple[str, ...]] = []
    for name, report in evaluation.reports.items():
        for kind, measured in report.kinds.items():
            s, (low, high) = measured.scores, measured.f1_interval
            rows.append(
                (
                    name.replace("_", " "),
                    kind.value,
                    f"{s.micro_precision:.3f}",
                    f"{s.micro_recall:.3f}",
                    f"{s.micro_f1:.3f}",
                    f"{low:.3f}-{high:.3f}",
                    f"{s.map:.3f}",
                    f"{s.micro_f1_3char:.3f}",
                    f"{s.candidate_recall:.3f}",
                    f"{report.seconds_per_record:.2f}",
                )
            )
    print_table(
        ("engine", "kind", "precision", "recall", "F1", "95 %", "MAP", "F1 3 char", "candidates", "s/record"),
        rows,
    )
