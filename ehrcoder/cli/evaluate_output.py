"""How an evaluation is printed, and its shape as JSON that scripts rely on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ehrcoder.cli.output import print_table

if TYPE_CHECKING:
    from ehrcoder.usecases.evaluate import EngineReport, Evaluation, RecordResult


def as_json(evaluation: Evaluation, *, split: str, negation: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return an evaluation in the shape that scripts rely on."""
    content: dict[str, Any] = {
        "split": split,
        "records": evaluation.records,
        "policy": evaluation.policy,
        "records_seen_in_training": evaluation.seen,
    }
    if negation is not None:
        content["plainly_negated_mentions"], content["of_them_marked_absent"] = negation
    for name, report in evaluation.reports.items():
        content[name] = _report_json(report)
    if evaluation.gains:
        content["gain_by_model"] = {
            kind.value: {"micro_f1": round(gain.gain, 4), "interval": [round(bound, 4) for bound in gain.interval]}
            for kind, gain in evaluation.gains.items()
        }
    return content


def _report_json(report: EngineReport) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for kind, measured in report.kinds.items():
        scores, calibration, unseen = measured.scores, measured.calibration, measured.unseen
        content[kind.value] = {
            "micro_precision": round(scores.micro_precision, 4),
            "micro_recall": round(scores.micro_recall, 4),
            "micro_f1": round(scores.micro_f1, 4),
            "map": round(scores.map, 4),
            "micro_f1_3char": round(scores.micro_f1_3char, 4),
            "candidate_recall": round(scores.candidate_recall, 4),
            "micro_f1_interval": [round(bound, 4) for bound in measured.f1_interval],
            "map_interval": [round(bound, 4) for bound in measured.map_interval],
            "stages": {
                name: None if share is None else round(share, 4) for name, share in measured.stages.items()
            },
            "calibration": {
                "suggestions": calibration.count,
                "expected_error": round(calibration.expected_error, 4),
                "sure": calibration.sure,
                "sure_right": round(calibration.sure_right, 4),
            },
            "unseen_codes": {
                "gold": unseen.gold,
                "candidate_recall": round(unseen.candidate_recall, 4),
                "recall": round(unseen.recall, 4),
            },
        }
    content["seconds_per_record"] = round(report.seconds_per_record, 3)
    content["slowest_seconds"] = round(report.slowest_seconds, 3)
    content["records_with_model"] = report.records_with_model
    if report.effort is not None:
        content["effort_seconds"] = {
            "from_suggestions": round(report.effort.from_suggestions, 1),
            "from_nothing": round(report.effort.from_nothing, 1),
            "ratio": round(report.effort.ratio, 4),
        }
    return content


def suggestion_lines(results: tuple[RecordResult, ...]) -> Iterator[str]:
    """Yield every suggestion as a JSON line."""
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


def print_evaluation(evaluation: Evaluation, *, negation: tuple[int, int] | None = None) -> None:
    """Print the end result, what each stage can lose at most, calibration, unseen codes, effort and time."""
    print(f"{evaluation.records} records, policy {evaluation.policy}")
    results: list[tuple[str, ...]] = []
    stages: list[tuple[str, ...]] = []
    trust: list[tuple[str, ...]] = []
    for name, report in evaluation.reports.items():
        for kind, measured in report.kinds.items():
            s, (low, high) = measured.scores, measured.f1_interval
            results.append(
                (
                    name.replace("_", " "), kind.value, f"{s.micro_precision:.3f}", f"{s.micro_recall:.3f}",
                    f"{s.micro_f1:.3f}", f"{low:.3f}-{high:.3f}", f"{s.map:.3f}", f"{s.micro_f1_3char:.3f}",
                    f"{s.candidate_recall:.3f}", f"{report.seconds_per_record:.2f}",
                )
            )
            stages.extend(
                (name.replace("_", " "), kind.value, stage.replace("_", " "),
                 "not measured" if share is None else f"{share:.3f}")
                for stage, share in measured.stages.items()
            )
            c, u = measured.calibration, measured.unseen
            trust.append(
                (
                    name.replace("_", " "), kind.value, f"{c.expected_error:.3f}", f"{c.sure_right:.3f} of {c.sure}",
                    str(u.gold), f"{u.candidate_recall:.3f}", f"{u.recall:.3f}",
                )
            )
    print_table(
        ("engine", "kind", "precision", "recall", "F1", "95 %", "MAP", "F1 3 char", "candidates", "s/record"), results
    )
    print("\nWhat each stage keeps of what reaches it:")
    print_table(("engine", "kind", "stage", "share"), stages)
    print("\nConfidence, and codes that never occur in training:")
    print_table(
        ("engine", "kind", "calibration error", "right from 0.9 up", "unseen codes", "as candidates", "suggested"),
        trust,
    )
    for name, report in evaluation.reports.items():
        if report.effort is not None:
            e = report.effort
            print(
                f"\nEffort {name.replace('_', ' ')} (keystroke-level model): {e.from_suggestions:.0f} s from the "
                f"suggestions, {e.from_nothing:.0f} s from nothing, ratio {e.ratio:.3f}"
            )
        print(f"Slowest record {name.replace('_', ' ')}: {report.slowest_seconds:.2f} s")
    for kind, gain in evaluation.gains.items():
        low, high = gain.interval
        print(f"The model adds {gain.gain:+.3f} ({low:+.3f} to {high:+.3f}) of micro-F1 for {kind.value}")
    if negation is not None:
        plain, marked = negation
        print(f"Mentions that a cue plainly negates: {plain}, marked absent {marked} ({marked / max(1, plain):.3f})")
