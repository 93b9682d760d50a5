"""`ehrcoder offline-report`: runs the whole job while sockets are watched for, and prints what was seen."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, print_json
from ehrcoder.core.errors import IntegrityError

if TYPE_CHECKING:
    from ehrcoder.services import Services


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "offline-report", help="show that no network is used, by watching the whole job",
        description="Import, propose, decide, sign and export demo notes in a process of its own, while its sockets "
                    "are watched for: by Python, in an empty network namespace, and in a trace of its system calls, "
                    "as far as this machine has them.",
        epilog="Exit codes: 0 no socket that could reach another machine, 5 there was one, 4 the job failed.",
    )
    parser.add_argument("--no-model", action="store_true", help="leave the language model out")
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Watch the job, or be the job that is watched."""
    from ehrcoder.services import Services

    with closing(Services()) as services:
        if options.job is not None:
            services.watched_job(options.job, with_model=not options.no_model)
            return 0
        return _report(services, options)


def _report(services: Services, options: argparse.Namespace) -> int:
    from ehrcoder.usecases.offline_proof import prove_offline

    report = prove_offline(services.offline_watcher(), with_model=not options.no_model)
    job = report.job
    is_clean = not report.offenders and not job.problems
    if options.json:
        print_json({
            "offline": is_clean, "watchers": list(report.watchers), "left_out": list(report.left_out),
            "offenders": list(report.offenders), "local_sockets": report.local_sockets, "records": job.records,
            "codes": job.codes, "files": job.files, "with_model": job.with_model,
            "interfaces": None if job.interfaces is None else list(job.interfaces), "problems": list(job.problems),
        })
    else:
        print(f"Done under watch: {job.records} records imported, {job.codes} codes proposed "
              f"({'also with' if job.with_model else 'without'} the language model), decided, signed, verified, "
              f"{job.files} files exported.")
        print(f"Watched by: {'; '.join(report.watchers)}.")
        for each in report.left_out:
            print(f"Not watched by: {each}.")
        if job.interfaces is not None:
            print(f"Network interfaces that the job could see: {', '.join(job.interfaces) or 'none'}.")
        print(f"Sockets within this machine: {report.local_sockets}.")
        for each in report.offenders:
            print(f"SEEN: {each}")
        print("No socket that could reach another machine was opened." if is_clean
              else "This is NOT what this program promises: please report it.")
    return 0 if is_clean else IntegrityError.exit_code
