"""`ehrcoder evaluate`: measures the engine against a corpus with gold codes."""

from __future__ import annotations

import argparse
import os
import resource
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, print_json

if TYPE_CHECKING:
    from ehrcoder.core.codes import CodeKind
    from ehrcoder.core.effort import Finding
    from ehrcoder.ports import CodeSetIndex
    from ehrcoder.usecases.evaluate import Evaluation, GoldRecord

_ENGINES = ("with_model", "without_model")
# A person types on until the code stands in the list that is shown, and no further than this.
_SHOWN = 10
_PREFIXES = (3, 5, 7, 9, 12, 15, 18, 22, 26, 30, 36, 42, 50, 60)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("evaluate", help="measure the engine against gold codes")
    parser.add_argument(
        "corpus", choices=("codiesp", "table"), help="layout: CodiEsp's folders, or notes in a CSV table with --gold"
    )
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of the corpus, or the CSV table")
    parser.add_argument("--split", default="dev", help="sub-folder to read (default: dev)")
    parser.add_argument("--language", default="en", choices=("en", "es"), help="which of CodiEsp's texts (default: en)")
    parser.add_argument(
        "--gold", type=Path, metavar="FILE", help="codes of the notes of a table: a header, then id, tab, codes"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N records")
    parser.add_argument(
        "--policy",
        choices=("clinical", "every-mention"),
        help="coding policy (default: every-mention for CodiEsp, by which it was coded, else clinical)",
    )
    parser.add_argument("--suggestions", type=Path, metavar="FILE", help="write every suggestion as JSON lines")
    parser.add_argument("--artefacts", type=Path, metavar="DIR", help="other trained artefacts than the shipped ones")
    parser.add_argument("--no-model", action="store_true", help="measure without the language model only")
    add_json_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from ehrcoder.cli.evaluate_output import as_json, print_evaluation, suggestion_lines
    from ehrcoder.services import Services
    from ehrcoder.usecases.evaluate import evaluate

    services = Services()
    policy = options.policy or ("every-mention" if options.corpus == "codiesp" else "clinical")
    try:
        names = _ENGINES[1:] if options.no_model else _ENGINES
        engines = {
            name: services.engine(with_model=name == "with_model", policy=policy, artefacts=options.artefacts)
            for name in names
        }
        evaluation = evaluate(
            islice(_gold_records(options), options.limit),
            engines=engines,
            artefacts=services.artefacts(options.artefacts),
            find=finder(services.code_sets),
            progress=_show_progress,
        )
        memory = _peak_memory()
    finally:
        services.close()
    _warn_of_training_records(evaluation)
    negation = _negation(options)
    if options.suggestions:
        options.suggestions.write_text("".join(suggestion_lines(evaluation.results[names[0]])), "utf-8")
    if options.json:
        print_json({**as_json(evaluation, split=options.split, negation=negation), "peak_memory_mb": memory})
    else:
        print_evaluation(evaluation, negation=negation)
        print(f"Peak memory: program {memory['program']} MB, model's worker {memory['worker']} MB")
    return 0


def _gold_records(options: argparse.Namespace) -> Iterator[GoldRecord]:
    from ehrcoder.cli.gold_corpora import codiesp_records, table_records
    from ehrcoder.core.errors import InputError

    if options.corpus == "codiesp":
        return codiesp_records(options.directory, options.split, language=options.language)
    if options.gold is None:
        raise InputError("The codes of the notes are not named.", next_step="Give their file with --gold FILE.")
    return table_records(options.directory, options.gold)


def _negation(options: argparse.Namespace) -> tuple[int, int] | None:
    from ehrcoder.cli.gold_corpora import negated_mentions

    if options.corpus != "codiesp" or not (options.directory / options.split / f"{options.split}X.tsv").is_file():
        return None
    return negated_mentions(options.directory, options.split)


def _warn_of_training_records(evaluation: Evaluation) -> None:
    if evaluation.seen:
        line = "!" * 100
        print(
            f"{line}\nWARNING: {evaluation.seen} of {evaluation.records} records are among those that the artefacts "
            "in use were fitted on.\nThese figures do NOT show how the engine does on new records. "
            f"Choose other artefacts with --artefacts DIR.\n{line}",
            file=sys.stderr,
        )


def finder(index: CodeSetIndex) -> Callable[[CodeKind, str], Finding]:
    """Return what tells how much of a code's title must be typed until the product's own search shows the code.

    Whoever codes by hand is taken to know the title's words and not the code.
    """
    from ehrcoder.core.effort import Finding
    from ehrcoder.engine.ground import SYSTEM_OF_KIND

    def find(kind: CodeKind, code: str) -> Finding:
        concept = index.concept(SYSTEM_OF_KIND[kind], code)
        if concept is None:
            # Not in this edition: its characters are typed and nothing is found.
            return Finding(characters=len(code), place=1)
        title = concept.coding.display
        for length in (*_PREFIXES, len(title)):
            hits = index.search(title[:length], kinds=[kind], limit=_SHOWN)
            place = next((n for n, hit in enumerate(hits, start=1) if hit.concept.coding.code == code), None)
            if place is not None:
                return Finding(characters=min(length, len(title)), place=place)
            if length >= len(title):
                break
        return Finding(characters=len(title), place=_SHOWN)

    return find


def _peak_memory() -> dict[str, int]:
    """Return the largest resident sizes so far in MB: of this process, and of the worker (0 where it was not run)."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    worker = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            command = (status.parent / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if fields.get("PPid", "").strip() == str(os.getpid()) and b"adapters.model.worker" in command:
            worker = max(worker, int(fields.get("VmHWM", "0 kB").split()[0]) // 1024)
    return {"program": own, "worker": worker}


def _show_progress(done: int, total: int, message: str) -> None:
    if sys.stderr.isatty() or done % 25 == 0 or done == total:
        print(f"{message}: {done}/{total}", file=sys.stderr)
