"""Labels chunks on a Dask cluster: the one module of the product that opens network connections.

It is imported only when `ehrcoder campaign label --dask ADDRESS` asks for it, and needs the extra `cluster`. Every
worker has EHRCoder installed with its model, code sets and artefacts; before any record leaves this machine the
workers say by hash what they have, and one that would compute something else is refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ehrcoder.core.errors import EnvironmentFault, InputError

if TYPE_CHECKING:
    from ehrcoder.core.records import EncounterRecord
    from ehrcoder.usecases.campaign.label import BatchEngine, Chunk, Proposed

Setup = tuple[bool, str, str | None]
"""Whether the model is used, the coding policy, and the folder of the artefacts (None: the shipped ones)."""
Fingerprint = dict[str, object]
_AHEAD = 2


class DaskLabeller:
    """Sends chunks to a cluster and yields them as they come back; a chunk whose worker died is sent again.

    `build` makes an engine and `fingerprint` says what it depends on; both are called on the workers, by name.
    """

    def __init__(
        self, address: str, setup: Setup, *, build: Callable[[Setup, int], BatchEngine],
        fingerprint: Callable[[Setup], Fingerprint], threads: int = 1,
    ) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise EnvironmentFault("Labelling on a cluster needs an extra package.",
                                   next_step="pip install ehrcoder[cluster]") from error
        try:
            self._client: Any = Client(address, timeout="10s", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise EnvironmentFault(f"The cluster at {address} does not answer ({type(error).__name__}).",
                                   kept="Nothing was changed.",
                                   next_step="Start it, or label without --dask.") from error
        self._setup = setup
        self._build = build
        self._fingerprint = fingerprint
        self._threads = threads
        self._check_workers(address)

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()

    def __call__(
        self, chunks: Iterable[tuple[Chunk, tuple[EncounterRecord, ...]]]
    ) -> Iterator[tuple[Chunk, Proposed]]:
        """Yield each chunk with what was proposed, in the order in which they finish."""
        from distributed import as_completed

        source = iter(chunks)
        sent: dict[Any, Chunk] = {}
        finished: Any = as_completed(loop=self._client.loop)
        room = _AHEAD * max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))

        def send_next() -> None:
            for chunk, records in source:
                future = self._client.submit(
                    label_in_worker, self._build, records, self._setup, self._threads, pure=False, retries=2)
                sent[future] = chunk
                finished.add(future)
                return

        for _ in range(room):
            send_next()
        try:
            while sent:
                future = next(finished)
                chunk = sent.pop(future)
                try:
                    proposed = future.result()
                except Exception as error:  # noqa: BLE001 - whatever a worker raised, told without its message
                    raise EnvironmentFault(
                        f"A worker of the cluster failed on a chunk ({type(error).__name__}).",
                        kept="All chunks that came back are saved.",
                        next_step="Look at the worker, then label again: it goes on where it stopped.") from None
                yield chunk, proposed
                send_next()
        finally:
            self._client.cancel(list(sent))

    def _check_workers(self, address: str) -> None:
        here = self._fingerprint(self._setup)
        there: dict[str, Any] = self._client.run(self._fingerprint, self._setup)
        if not there:
            raise EnvironmentFault(f"The cluster at {address} has no workers.", kept="Nothing was changed.",
                                   next_step="Start workers there, then label again.")
        for worker, found in there.items():
            if found != here:
                differing = sorted(name for name in here if found.get(name) != here[name])
                raise InputError(
                    f"The worker {worker} would compute something else: its {', '.join(differing)} differ from those "
                    "here.", kept="No record was sent.", next_step="Install the same versions there.")


def label_in_worker(
    build: Callable[[Setup, int], BatchEngine], records: tuple[EncounterRecord, ...], setup: Setup, threads: int
) -> Proposed:
    """Label one chunk in a worker's process. Its engine stays for the next chunk, one a thread: code sets are read by
    the thread that opened them only.
    """
    from distributed import get_worker

    worker: Any = get_worker()
    engines: dict[tuple[Setup, int, int], BatchEngine] = worker.__dict__.setdefault("ehrcoder_engines", {})
    key = (setup, threads, threading.get_ident())
    if key not in engines:
        engines[key] = build(setup, threads)
    return engines[key].propose_many(records)
