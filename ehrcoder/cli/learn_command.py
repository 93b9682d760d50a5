"""`ehrcoder learn`: rebuilds the trained artefacts from a corpus with gold codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehrcoder.engine.learn.adapter import TrainingProgress
    from ehrcoder.engine.learn.corpus import TrainingRecord
    from ehrcoder.usecases.learn import LearningData


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("learn", help="rebuild the trained artefacts from coded records")
    parser.add_argument("corpus", choices=("codiesp",), help="layout of the corpus")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--split", action="append", help="sub-folder to learn from (default: train; repeatable)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the artefacts")
    parser.add_argument(
        "--step",
        choices=("adapter", "scorers", "all"),
        default="all",
        help="adapter trains the language model's adapter (extra `train`), scorers fits the rest on its answers",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command; an interrupted training goes on from its checkpoint when the command is given again."""
    from ehrcoder.engine.learn.adapter import AdapterRecipe
    from ehrcoder.services import Services
    from ehrcoder.usecases.learn import Learning

    services = Services()
    recipe = AdapterRecipe()
    try:
        data = _data(options.directory, options.split or ["train"])
        learning = Learning(data=data, index=services.code_sets, progress=_show)
        if options.step in ("adapter", "all"):
            learning.train_adapter(
                base=services.default_model_path,
                folder=options.out,
                recipe=recipe,
                report=_show_training,
                should_stop=lambda: False,
            )
        if options.step in ("scorers", "all"):
            model = services.language_model(adapter=options.out / "adapter.gguf")
            for name, value in learning.fit_scorers(model=model, folder=options.out, recipe=recipe).items():
                print(f"{name}: {value:.3f}")
    finally:
        services.close()
    return 0


def corpus_records(directory: Path, split: str) -> Iterator[tuple[str, TrainingRecord]]:
    """Yield the English text of each case of a split with what the engine learns from it. Raises InputError."""
    from ehrcoder.engine.learn.corpus import GoldSpan, translated_training_record
    from ehrcoder.services import read_codiesp_training

    for case in read_codiesp_training(directory, split):
        yield case.english, translated_training_record(
            case.name,
            case.english,
            case.spanish,
            case.codes,
            [GoldSpan(kind=e.kind, code=e.code, start=e.start, end=e.end) for e in case.evidence],
        )


def _data(directory: Path, splits: list[str]) -> LearningData:
    from ehrcoder.usecases.learn import LearningData

    cases = [case for split in splits for case in corpus_records(directory, split)]
    return LearningData(
        records=tuple(record for _, record in cases),
        texts=tuple(text for text, _ in cases),
        description=f"CodiEsp corpus v4 (CLEF eHealth 2020), {' and '.join(splits)}, {len(cases)} records in English",
        licence="CC BY 4.0",
        authors="Miranda-Escalada, Gonzalez-Agirre, Krallinger (Barcelona Supercomputing Center)",
    )


def _show(done: int, total: int, message: str) -> None:
    if done % 20 == 0 or done == total:
        print(f"{message}: {done}/{total}", file=sys.stderr)


def _show_training(progress: TrainingProgress) -> None:
    if progress.step % 10 == 0 or progress.step == progress.steps:
        print(
            f"training: step {progress.step}/{progress.steps}, loss {progress.loss:.3f}, "
            f"{progress.tokens_per_second:.0f} tokens/s",
            file=sys.stderr,
        )
