"""Measures how much faster a batch of records is judged than the same questions by one `Llama` call after another.

Run by hand: `python tests/bench/batch_throughput.py CODIESP_DIR [records] [first] [--keep FILE]`. Both ways take turns
in one run with the same threads: half of the single calls before each batch, half after it, so that other work on the
machine slows both alike. Besides wall-clock time it takes processor time, which other work changes little. It prints
the ratios and the share of the batch's time that passes outside llama.cpp; with `--keep` the chunks of several runs are
gathered in a file, and the interval is over all of them (95 %, percentiles of 10,000 draws of chunks).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ehrcoder.services import Services, read_codiesp_split
from ehrcoder.usecases.evaluate import GoldRecord, _without_gold

CHUNK = 4
ONE_IN = 16
"""One question of so many, spread over the records, stands for all: their cost differs little."""


def processor_seconds(process: int = 0) -> float:
    """Return the processor time of this process, or of another one that runs."""
    if not process:
        return time.process_time()
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(corpus: Path, count: int, first: int) -> list[dict[str, float]]:
    """Return the figures of each chunk."""
    # As the worker does: threads that spin would slow the single calls more than the batch on a crowded machine.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    from llama_cpp import Llama

    services = Services()
    engine = services.engine(with_model=True, policy="every-mention")
    read = [r for r, _ in zip(read_codiesp_split(corpus, "dev"), range(first + count), strict=False)][first:]
    records = [_without_gold(GoldRecord(name=r.name, text=r.text, codes={})) for r in read]
    questions: list[list[tuple[str, str]]] = []
    model = services.language_model()
    ask = model.judge

    def noting(requests, **more):
        questions.append([(r.prefix, s) for r in requests for s in r.suffixes])
        return ask(requests, **more)

    model.judge = noting
    threads = len(os.sched_getaffinity(0))
    llama = Llama(model_path=str(services.default_model_path), n_ctx=1024, n_threads=threads, n_threads_batch=threads,
                  lora_path=str(services.paths.artefacts / "adapter.gguf"), verbose=False)

    def one_by_one(asked: Sequence[tuple[str, str]]) -> tuple[float, float]:
        began, used = time.monotonic(), processor_seconds()
        for prefix, suffix in asked:
            llama.create_completion(prefix + suffix, max_tokens=1, temperature=0.0)
        return time.monotonic() - began, processor_seconds() - used

    found: list[dict[str, float]] = []
    for start in range(0, len(records), CHUNK):
        # The questions are known only after the batch: those of its first record, which also starts the worker, stand
        # for the half before it.
        questions.clear()
        engine.propose_many(records[start:start + 1])
        half = max(1, round(len(questions[-1]) * CHUNK / ONE_IN / 2))
        early = one_by_one((questions[-1] * CHUNK)[:half])
        inside, worker, own = engine.model_seconds, processor_seconds(model.running_process), processor_seconds()
        began = time.monotonic()
        engine.propose_many(records[start:start + CHUNK])
        wall, inside = time.monotonic() - began, engine.model_seconds - inside
        worker, own = processor_seconds(model.running_process) - worker, processor_seconds() - own
        asked = questions[-1]
        late = one_by_one(asked[::2 * ONE_IN])
        done = half + len(asked[::2 * ONE_IN])
        scale = len(asked) / done
        single, single_cpu = (early[0] + late[0]) * scale, (early[1] + late[1]) * scale
        found.append({
            "questions": len(asked), "batch": wall, "inside": inside, "single": single,
            "ratio": (single + wall - inside) / wall, "ratio_inside": single / inside,
            "ratio_processor": (single_cpu + own) / (worker + own), "outside": 1 - inside / wall,
        })
        print(f"{len(asked)} questions: batch {wall:.1f} s ({inside:.1f} in llama.cpp), one by one {single:.1f} s, "
              f"ratio {found[-1]['ratio']:.2f}, by processor time {found[-1]['ratio_processor']:.2f}, "
              f"outside {found[-1]['outside']:.1%}", flush=True)
    llama.close()
    services.close()
    gc.collect()
    return found


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the median."""
    source = random.Random(1)
    drawn = sorted(statistics.median(source.choices(values, k=len(values))) for _ in range(10_000))
    return drawn[250], drawn[9749]


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    chunks = measure(options.corpus, options.records, options.first)
    if options.keep:
        with options.keep.open("a") as file:
            file.writelines(json.dumps(each) + "\n" for each in chunks)
        chunks = [json.loads(line) for line in options.keep.read_text().splitlines()]
    for name in ("ratio", "ratio_processor", "outside"):
        values = [each[name] for each in chunks]
        low, high = interval(values)
        print(f"{name}: median {statistics.median(values):.3f} ({low:.3f} to {high:.3f}), least {min(values):.3f}, "
              f"most {max(values):.3f}, over {len(values)} chunks of {CHUNK} records")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("records", type=int, nargs="?", default=12)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("--keep", type=Path)
    main(parser.parse_args())
