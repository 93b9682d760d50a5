"""`ehrcoder campaign`: sample, train, label in batch, verify and assure the quality of many records."""

from __future__ import annotations

import argparse
from pathlib import Path

from ehrcoder.cli.output import add_json_option, add_workspace_option

_STEPS, _TRAINING, _QUALITY, _GUARDS, _SIMULATE = "steps", "training", "quality", "guards", "simulate"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its steps to the parser."""
    parser = subparsers.add_parser(
        "campaign", help="label and verify thousands of records: sample, train, label, verify, review, report",
        description="A campaign goes on where it stopped: every step can be killed and given again.",
    )
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    _add_plan(steps)
    _add_work(steps)
    _add_training(steps)
    _add_quality(steps)
    _add_simulation(steps)


def _step(
    steps: argparse._SubParsersAction[argparse.ArgumentParser], name: str, module: str, text: str, *,
    coder: bool = False,
) -> argparse.ArgumentParser:
    parser = steps.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--campaign", default="", metavar="NAME", help="which campaign (default: the only one)")
    parser.add_argument("--coder", metavar="NAME", help="who does it (default: from the settings)",
                        required=False) if coder else None
    add_workspace_option(parser)
    add_json_option(parser)
    parser.set_defaults(run=lambda options: _run(module, name, options))
    return parser


def _run(module: str, name: str, options: argparse.Namespace) -> int:
    """Load the step's module only now, so that `--help` stays quick."""
    if module == _STEPS:
        from ehrcoder.cli import campaign_steps as steps
    elif module == _TRAINING:
        from ehrcoder.cli import campaign_training as steps
    elif module == _GUARDS:
        from ehrcoder.cli import campaign_guards as steps
    elif module == _QUALITY:
        from ehrcoder.cli import campaign_quality as steps
    else:
        from ehrcoder.cli import campaign_simulate as steps
    return int(getattr(steps, f"run_{name.replace('-', '_')}")(options))


def _add_plan(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = _step(steps, "new", _STEPS, "make a campaign: its seed and shares are fixed from then on")
    new.add_argument("name", metavar="NAME")
    new.add_argument("--seed", type=int, default=1, help="everything drawn at random comes from it (default: 1)")
    new.add_argument("--control-share", type=float, default=0.1, metavar="SHARE",
                     help="share of records coded without suggestions, to measure time and accuracy (default: 0.1)")
    new.add_argument("--double-share", type=float, default=0.1, metavar="SHARE",
                     help="share coded a second time, blind (default: 0.1)")
    new.add_argument("--gate-share", type=float, default=0.2, metavar="SHARE",
                     help="share of verified records kept from training, to compare versions (default: 0.2)")
    new.add_argument("--target", type=float, default=0.95, metavar="ACCURACY", help="accuracy to prove (default: 0.95)")
    new.add_argument("--confidence", type=float, default=0.95, help="with which confidence (default: 0.95)")
    new.add_argument("--policy", choices=("clinical", "every-mention"), default="clinical", help="coding policy")
    new.add_argument("--with-coder", action="append", default=[], metavar="NAME", help="a coder; repeatable")
    _step(steps, "status", _STEPS, "show where the campaign stands")
    sample = _step(steps, "sample", _STEPS, "choose the records that experts code first, with the reasons")
    sample.add_argument("size", type=int, metavar="N")
    sample.add_argument("--read-first", action="store_true",
                        help="read records without codes quickly, without the model, so that code chapters are strata")
    sample.add_argument("--weight", action="append", default=[], metavar="VALUE=FACTOR",
                        help="take more of a stratum, such as '80 and over=2'; repeatable")


def _add_work(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    label = _step(steps, "label", _STEPS, "label what waits, in batch; goes on where it stopped")
    label.add_argument("--limit", type=int, default=0, metavar="N", help="stop after about N records")
    label.add_argument("--no-model", action="store_true", help="leave the language model off")
    label.add_argument("--threads", type=int, default=0, help="threads of the model (default: every core)")
    label.add_argument("--memory-mb", type=int, default=0, metavar="MB", help="pause rather than take more")
    label.add_argument("--between", default="", metavar="20-6", help="night mode: work between these hours only")
    label.add_argument("--dask", default="", metavar="ADDRESS",
                       help="label on a Dask cluster (extra `cluster`); the one option that uses the network")
    queue = _step(steps, "queue", _STEPS, "make the queue of verification, best first, with reasons")
    queue.add_argument("--order", default="pays-most", choices=(
        "pays-most", "uncertainty", "disagreement", "rare-codes", "likely-errors", "plain"))
    queue.add_argument("--size", type=int, default=0, metavar="N", help="only the first N")
    nexts = _step(steps, "next", _STEPS, "name the next record of a coder, and note that it was opened", coder=True)
    nexts.add_argument("--peek", action="store_true", help="only look; note nothing")
    code = _step(steps, "code", _STEPS, "keep a blind second coding, which changes nothing of the record", coder=True)
    code.add_argument("record", metavar="RECORD")
    code.add_argument("codes", nargs="*", metavar="CODE", help="diagnosis or procedure codes; the first is principal")


def _add_training(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = _step(steps, "train", _TRAINING, "train a version on the signed records; the gate decides on its use")
    train.add_argument("--estimate", action="store_true", help="only say what it would take")
    train.add_argument("--adapter", action="store_true", help="train the model's adapter as well (extra `train`)")
    train.add_argument("--device", default="cpu", help="where the adapter is trained: cpu or cuda (default: cpu)")
    train.add_argument("--no-model", action="store_true", help="train and compare without the language model")
    train.add_argument("--ungated", action="store_true", help="train only; compare later with --gate")
    train.add_argument("--gate", default="", metavar="VERSION", help="only let a trained version through the gate")
    versions = _step(steps, "versions", _TRAINING, "show the trained versions, or bring one back")
    versions.add_argument("--use", default="", metavar="VERSION", help="put this version into use")


def _add_quality(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = _step(steps, "check", _QUALITY, "run the automatic checks over everything that is labelled")
    check.add_argument("--read-afresh", action="store_true", help="also read every record again without the model")
    drift = _step(steps, "drift", _GUARDS, "find code families that became more or less frequent")
    drift.add_argument("--between", choices=("versions", "rounds"), default="versions",
                       help="the last two versions' labels, or the last round against those before (default: versions)")
    floors = _step(steps, "floors", _GUARDS, "show or set the least confidence of what is proposed for a group")
    floors.add_argument("--set", action="append", default=[], metavar="GROUP=FLOOR",
                        help="such as 'sex:female=0.5'; repeatable; replaces all floors that were set before")
    floors.add_argument("--clear", action="store_true", help="take all floors away")
    stands = _step(steps, "stands", _GUARDS, "note that a record on a rework list was looked at and is right",
                   coder=True)
    stands.add_argument("record", metavar="RECORD")
    review = _step(steps, "review", _QUALITY, "plan, draw, fill, adjudicate and close a review round", coder=True)
    review.add_argument("action", choices=("plan", "start", "show", "code", "differences", "adjudicate", "close"))
    review.add_argument("record", nargs="?", default="", metavar="RECORD")
    review.add_argument("codes", nargs="*", metavar="CODE")
    review.add_argument("--records", type=int, default=0, metavar="N", help="draw N records, not the planned number")
    _step(steps, "dashboard", _QUALITY, "show every figure of the campaign")
    report = _step(steps, "report", _QUALITY, "write the report as HTML or PDF")
    report.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE.html or FILE.pdf")
    export = _step(steps, "export", _QUALITY, "write the labelled set for research, with splits and a data card")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.add_argument("--only-signed", action="store_true", help="leave out what nobody verified")
    export.add_argument("--description", default="", help="for the data card")
    export.add_argument("--licence", default="", help="for the data card")


def _add_simulation(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    simulate = steps.add_parser(
        "simulate", help="run a whole campaign on a corpus, experts played by its gold codes",
        description="Run a whole campaign unattended, from sampling to report. Experts answer from gold codes, their "
        "time is the effort model's; every figure says so. Killed at any moment, it goes on when it is given again.")
    simulate.add_argument("directory", type=Path, metavar="DIR", help="corpus in the layout of CodiEsp")
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR",
                          help="workspace, figures and report go here")
    simulate.add_argument("--rounds", default="0,50,100,250,500", metavar="N,N,…",
                          help="verified records of each row of the seed table (default: 0,50,100,250,500)")
    simulate.add_argument("--gold", type=int, default=0, metavar="N", help="only N records with gold of each split")
    simulate.add_argument("--unlabelled", type=int, default=-1, metavar="N", help="only N records without gold")
    simulate.add_argument("--with-model", action="store_true",
                          help="use the model with the shipped adapter, WHICH HAS SEEN this corpus' train split")
    simulate.add_argument("--sample", type=int, default=0, metavar="N",
                          help="records that the experts code first (default: two thirds of those with gold in train)")
    simulate.add_argument("--seed", type=int, default=1)
    simulate.add_argument("--part", choices=("all", "seed", "campaign"), default="all",
                          help="only the seed table, or only the campaign")
    simulate.add_argument("--dask", default="", metavar="ADDRESS", help="label on a Dask cluster")
    simulate.add_argument("--no-pdf", action="store_true", help="leave out the report as PDF")
    add_json_option(simulate)
    simulate.set_defaults(run=lambda options: _run(_SIMULATE, "simulate", options))
