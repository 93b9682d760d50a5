"""`ehrcoder demo`: the whole job on the demo notes, in the window or by script."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.output import one_line, print_table

if TYPE_CHECKING:
    from ehrcoder.ports import Workspace
    from ehrcoder.services import Services
    from ehrcoder.usecases.demo import DemoRecord
    from ehrcoder.usecases.export_records import ExportReport

_WORKSPACE = "demo.ehrw"
_SCREENSHOT = "window-{theme}.png"
_WARNING = (
    "The demo decides by script: no clinician verified anything that it signs, and its notes are fictional. "
    "Do not use its output for anything but looking at it."
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "demo", help="run the whole job on the demo notes",
        description="Import the demo notes, then either open the window on them (--window) or propose, decide and "
                    "sign by script and write FHIR bundles, CSV and screenshots of the window (--output).",
    )
    parser.add_argument("--window", action="store_true", help="open the window on the demo notes")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), metavar="FOLDER",
                        help="where the scripted demo writes (default: demo-output)")
    parser.add_argument("--floor", type=_share, default=0.5, metavar="SHARE",
                        help="confidence from which the script accepts, 0 to 1 (default: 0.5)")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="the first N records only")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the demo."""
    from ehrcoder.services import Services

    services = Services()
    try:
        return _open_window(services) if options.window else _run_script(services, options)
    finally:
        services.close()


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return value


def _import_notes(services: Services, workspace: Workspace) -> None:
    from ehrcoder.usecases.import_records import import_paths

    report = import_paths(
        [services.paths.resources / "demo"], readers=services.readers, store=workspace, clock=services.clock,
        ids=services.ids,
    )
    for outcome in report.outcomes:
        if not outcome.record_ids:
            print(f"  {outcome.source_name}: {outcome.message}")
    print(f"Imported {report.new_records} records of {len(report.outcomes)} files, {report.duplicates} there already.")


def _open_window(services: Services) -> int:
    from ehrcoder.cli import gui_command

    path = services.paths.home / _WORKSPACE
    workspace = services.open_workspace(path)
    try:
        _import_notes(services, workspace)
    finally:
        workspace.close()
    return gui_command.run(argparse.Namespace(workspace=path))


def _run_script(services: Services, options: argparse.Namespace) -> int:
    from ehrcoder.usecases import demo

    folder: Path = options.output
    print(f"EHRCoder demo without a window. {_WARNING}\n")
    _clear(folder, [writer.format_name for writer in services.writers])
    index = services.code_sets
    workspace = services.open_workspace(folder / _WORKSPACE)
    try:
        _import_notes(services, workspace)
        total = len(workspace.rows())
        counted = 0

        def told(record: DemoRecord) -> None:
            nonlocal counted
            counted += 1
            _print_record(record, counted, min(total, options.limit or total))

        done = demo.code_records(
            workspace, engine=services.engine(), index=index, ids=services.ids, clock=services.clock,
            floor=options.floor, limit=options.limit or None, told=told,
        )
        signed = [record.record_id for record in done]
        reports = demo.export_all(
            signed, workspace, folder=folder, writers=services.writers, index=index, clock=services.clock
        )
        intact = workspace.verify()
    finally:
        workspace.close()
    _summarise(done, reports, events=intact.events, problems=intact.problems)
    _take_screenshots(folder, done[0] if done else None)
    print(f"\n{_WARNING}")
    return 1 if intact.problems or any(report.refused for report in reports) else 0


def _clear(folder: Path, formats: list[str]) -> None:
    """Remove what the last demo wrote into this folder, and nothing else."""
    if not (folder / _WORKSPACE).is_file():
        return
    for name in formats:
        shutil.rmtree(folder / name, ignore_errors=True)
    for suffix in ("", "-wal", "-shm", "-lock"):
        (folder / f"{_WORKSPACE}{suffix}").unlink(missing_ok=True)


def _print_record(record: DemoRecord, number: int, total: int) -> None:
    seconds = (record.run.finished_at - record.run.started_at).total_seconds()
    model = record.run.model.name if record.run.model else "no language model"
    print(f"\n[{number}/{total}] {record.title}: {len(record.suggestions)} proposed in {seconds:.1f} s ({model})")
    if not record.suggestions:
        print("  no codes proposed")
        return
    print_table(
        ("kind", "code", "display", "confidence", "by script", "quote"),
        [
            (
                s.kind.value, s.coding.code, one_line(s.coding.display, 46), f"{s.confidence:.2f}",
                "accepted" if s.suggestion_id in record.accepted else "rejected",
                one_line(s.evidence[0].quote, 40) if s.evidence else "",
            )
            for s in record.suggestions
        ],
    )


def _summarise(
    done: tuple[DemoRecord, ...], reports: tuple[ExportReport, ...], *, events: int, problems: tuple[str, ...]
) -> None:
    proposed = sum(len(record.suggestions) for record in done)
    accepted = sum(len(record.accepted) for record in done)
    print(f"\n{len(done)} records signed by script: {proposed} codes proposed, {accepted} accepted.")
    print(f"History: {events} events, " + ("intact." if not problems else f"DAMAGED: {'; '.join(problems)}"))
    for report in reports:
        where = report.files[0].path.parent if report.files else "nowhere"
        print(f"{report.format_name}: {len(report.files)} files in {where}")
        for refused in report.refused:
            print(f"  refused {refused.record_id}: {refused.reason}")


def _take_screenshots(folder: Path, shown: DemoRecord | None) -> None:
    from ehrcoder.gui.screenshot import save_screenshot

    for theme in ("light", "dark"):
        target = folder / _SCREENSHOT.format(theme=theme)
        save_screenshot(folder / _WORKSPACE, target, record_id=shown.record_id if shown else None, theme=theme)
        print(f"screenshot: {target}")
