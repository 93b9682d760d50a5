"""Measures how much faster two local workers of one thread each label than one, without the model.

Run by hand: `python tests/bench/dask_speed.py CODIESP_DIR [records] [rounds]`. One worker and two take turns over the
same records, so that other work on the machine slows both; it prints the ratio of each round and the median.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ehrcoder.core.ids import RecordId
from ehrcoder.services import Services, read_codiesp_split
from ehrcoder.usecases.campaign.label import CHUNK, Chunk
from ehrcoder.usecases.evaluate import GoldRecord, _without_gold

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=int(sys.argv[1]), threads_per_worker=1, processes=True, dashboard_address=None)
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
    cluster.close()
"""


def main(corpus: Path, count: int, rounds: int) -> None:
    """Measure and print."""
    services = Services()
    records = [_without_gold(GoldRecord(name=r.name, text=r.text, codes={}))
               for r, _ in zip(read_codiesp_split(corpus, "train"), range(count), strict=False)]
    chunks = [
        (Chunk(number=n, records=(), waiting=tuple[RecordId, ...]()), tuple(records[start:start + CHUNK]))
        for n, start in enumerate(range(0, len(records), CHUNK))
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OMP_NUM_THREADS": "1"}
    clusters = [subprocess.Popen([sys.executable, "-c", CLUSTER, str(workers)], stdin=subprocess.PIPE, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
                for workers in (1, 2)]
    try:
        labellers = []
        for cluster in clusters:
            assert cluster.stdout is not None
            labellers.append(services.dask_labeller(cluster.stdout.readline().strip(), with_model=False,
                                                    policy="every-mention", artefacts=None))
        for labeller in labellers:
            list(labeller(chunks[:4]))  # loads artefacts and code sets in every worker
        ratios: list[float] = []
        for number in range(rounds):
            seconds = [0.0, 0.0]
            # Whoever goes first changes from round to round.
            for place in ((0, 1), (1, 0))[number % 2]:
                began = time.monotonic()
                assert sum(len(proposed) for _, proposed in labellers[place](chunks)) == len(records)
                seconds[place] = time.monotonic() - began
            ratios.append(seconds[0] / seconds[1])
            print(f"one worker {seconds[0]:.1f} s, two {seconds[1]:.1f} s, ratio {ratios[-1]:.2f}", flush=True)
        print(f"median ratio {statistics.median(ratios):.2f}, least {min(ratios):.2f}, most {max(ratios):.2f}")
        for labeller in labellers:
            labeller.close()
    finally:
        for cluster in clusters:
            cluster.communicate(timeout=60)
        services.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 16, int(sys.argv[3]) if len(sys.argv) > 3 else 3)
