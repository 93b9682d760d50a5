"""Measures how much faster a batch of records is judged than the same questions by one `Llama` call after another.

Run by hand: `python tests/bench/batch_throughput.py CODIESP_DIR [records]`. Both ways take turns in one run with the
same threads, so that other work on the machine slows both. It prints the ratio, and the share of the batch's time that
passes outside llama.cpp.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ehrcoder.services import Services, read_codiesp_split
from ehrcoder.usecases.evaluate import GoldRecord, _without_gold

CHUNK = 4


def main(corpus: Path, count: int) -> None:
    """Measure and print."""
    import gc
    import os

    # As the worker does: threads that spin would slow the single calls more than the batch on a crowded machine.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    from llama_cpp import Llama

    services = Services()
    engine = services.engine(with_model=True, policy="every-mention")
    records = [_without_gold(GoldRecord(name=r.name, text=r.text, codes={}))
               for r, _ in zip(read_codiesp_split(corpus, "dev"), range(count), strict=False)]
    questions: list[list[tuple[str, str]]] = []
    model = services.language_model()
    ask = model.judge

    def noting(requests, **more):
        questions.append([(r.prefix, s) for r in requests for s in r.suffixes])
        return ask(requests, **more)

    model.judge = noting
    engine.propose_many(records[:1])
    questions.clear()
    threads = len(os.sched_getaffinity(0))
    llama = Llama(model_path=str(services.default_model_path), n_ctx=1024, n_threads=threads, n_threads_batch=threads,
                  lora_path=str(services.paths.artefacts / "adapter.gguf"), verbose=False)
    ratios: list[float] = []
    outside: list[float] = []
    for start in range(0, len(records), CHUNK):
        inside = engine.model_seconds
        began = time.monotonic()
        engine.propose_many(records[start:start + CHUNK])
        batch = time.monotonic() - began
        inside = engine.model_seconds - inside
        outside.append(1 - inside / batch)
        asked = questions[-1]
        # A tenth of the questions, spread over the records, stands for all: their cost differs little.
        chosen = asked[::10]
        began = time.monotonic()
        for prefix, suffix in chosen:
            llama.create_completion(prefix + suffix, max_tokens=1, temperature=0.0)
        single = (time.monotonic() - began) * len(asked) / len(chosen)
        ratios.append((single + batch - inside) / batch)
        print(f"{len(asked)} questions: batch {batch:.1f} s ({inside:.1f} in llama.cpp), one by one {single:.1f} s, "
              f"ratio {ratios[-1]:.2f}, outside {outside[-1]:.1%}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f}, "
          f"median share outside llama.cpp {statistics.median(outside):.1%}")
    llama.close()
    services.close()
    gc.collect()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 12)
