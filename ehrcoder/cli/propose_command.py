"""`ehrcoder propose`: the engine proposes codes for records of a workspace."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json, print_table
from ehrcoder.cli.terminal_language import said, said_all

if TYPE_CHECKING:
    from ehrcoder.core.suggestions import CodeSuggestion
    from ehrcoder.usecases.propose_codes import ProposeResult


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("propose", help="propose codes for records")
    parser.add_argument("records", nargs="*", metavar="RECORD", help="record ids (default with --all: every record)")
    parser.add_argument("--all", action="store_true", help="every record that is not signed")
    parser.add_argument("--no-model", action="store_true", help="leave the language model off")
    parser.add_argument("--policy", choices=("clinical", "every-mention"), help="coding policy (default: settings)")
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from ehrcoder.cli.record_access import sign_in_where_needed
    from ehrcoder.core.errors import InputError
    from ehrcoder.core.ids import RecordId
    from ehrcoder.core.records import RecordStatus
    from ehrcoder.services import Services
    from ehrcoder.usecases.campaign.verify import held_back, is_held_back
    from ehrcoder.usecases.find_record import find_record
    from ehrcoder.usecases.propose_codes import propose_codes

    services = Services()
    workspace = services.open_workspace(options.workspace)
    try:
        sign_in_where_needed(options, services, workspace)
        campaigns = services.campaigns(workspace)
        if options.all:
            withheld = held_back(workspace, campaigns)
            chosen = [row.record_id for row in workspace.rows()
                      if row.status is not RecordStatus.SIGNED and row.masked_as is None
                      and row.record_id not in withheld]
        else:
            chosen = [find_record(workspace, name) for name in options.records]
        if not chosen:
            raise InputError("No record was named.", next_step="Name records, or use --all.")
        engine = services.engine(with_model=False if options.no_model else None, policy=options.policy)
        results: list[ProposeResult] = []

        def is_withheld(record_id: RecordId) -> bool:
            return is_held_back(record_id, records=workspace, store=campaigns)

        for number, record_id in enumerate(chosen, start=1):
            results.append(propose_codes(record_id, engine=engine, store=workspace, history=workspace,
                                         withheld=is_withheld))
            print(f"{number}/{len(chosen)} {record_id}", file=sys.stderr)
        _print(results, as_json=options.json)
    finally:
        workspace.close()
        services.close()
    return 0


def _print(results: list[ProposeResult], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "record": r.run.record_id,
                    "run": r.run.run_id,
                    "outcome": r.run.outcome.value,
                    "suggestions": [suggestion_json(s) for s in r.suggestions],
                }
                for r in results
            ]
        )
        return
    for result in results:
        heading = said("Record {}: {} suggestions", result.run.record_id, len(result.suggestions))
        print(f"\n{heading}{'' if result.run.model else said(' (without the language model)')}")
        print_table(
            said_all("kind", "code", "display", "confidence", "quote"),
            [
                (
                    said(s.kind.value),
                    s.coding.code,
                    s.coding.display[:60],
                    f"{s.confidence:.2f}",
                    " ".join(s.evidence[0].quote.split())[:50] if s.evidence else said("(no quote)"),
                )
                for s in result.suggestions
            ],
        )


def suggestion_json(suggestion: CodeSuggestion) -> dict[str, Any]:
    """Return a suggestion as plain JSON."""
    return {
        "suggestion": suggestion.suggestion_id,
        "kind": suggestion.kind.value,
        "system": suggestion.coding.system,
        "version": suggestion.coding.version,
        "code": suggestion.coding.code,
        "display": suggestion.coding.display,
        "confidence": suggestion.confidence,
        "rank": suggestion.rank,
        "explanation": suggestion.explanation,
        "evidence": [
            {
                "document": e.span.document_id,
                "start": e.span.start,
                "end": e.span.end,
                "quote": e.quote,
                "assertion": e.assertion.value,
            }
            for e in suggestion.evidence
        ],
        "scores": {s.stage: s.score for s in suggestion.scores},
        "alternatives": [
            {"code": a.coding.code, "display": a.coding.display, "confidence": a.confidence}
            for a in suggestion.alternatives
        ],
    }
