"""Composition root: the one place where ports meet their adapters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.paths import Paths, find_paths
from ehrcoder.settings import Settings, load_settings

if TYPE_CHECKING:
    from ehrcoder.adapters.asked_secrets import AskedSecrets
    from ehrcoder.adapters.cluster.dask_labelling import DaskLabeller
    from ehrcoder.adapters.codesets.build import BuildOutcome
    from ehrcoder.adapters.formats.codiesp import CodiEspRecord
    from ehrcoder.adapters.formats.codiesp_evidence import CodiEspTrainingCase
    from ehrcoder.adapters.store.keys import WorkspaceKeys
    from ehrcoder.core.code_releases import ReleaseImport
    from ehrcoder.core.codes import CodeSetEdition
    from ehrcoder.engine.artefacts import Artefacts
    from ehrcoder.engine.pipeline import CodingEngine
    from ehrcoder.ports import (
        CancelToken,
        Clock,
        CodeSetIndex,
        ColumnMappings,
        ExportWriter,
        IdSource,
        LanguageModel,
        OpenWorkspace,
        Progress,
        RecordReader,
        Workspace,
    )
    from ehrcoder.usecases.backups import BackupShelf
    from ehrcoder.usecases.campaign.label import Machine
    from ehrcoder.usecases.campaign.store import CampaignStore
    from ehrcoder.usecases.campaign.versions import VersionShelf
    from ehrcoder.usecases.encryption import Encryption
    from ehrcoder.usecases.first_start import FirstWorkspace
    from ehrcoder.usecases.installation import Probes
    from ehrcoder.usecases.offline_proof import JobWatcher


class Services:
    """Builds each collaborator once, on first use; heavy packages are imported only then."""

    def __init__(self, *, paths: Paths | None = None, settings: Settings | None = None) -> None:
        self.paths = paths or find_paths()
        self.settings = settings or load_settings(self.paths.settings_file)
        self._model: LanguageModel | None = None
        self._adapter: Path | None = None

    @property
    def default_workspace(self) -> Path:
        """The workspace that opens when none is named."""
        named = self.settings.workspace
        return named.expanduser() if named else self.paths.default_workspace

    @cached_property
    def clock(self) -> Clock:
        from ehrcoder.adapters.system import SystemClock

        return SystemClock()

    @cached_property
    def ids(self) -> IdSource:
        from ehrcoder.adapters.system import UuidSource

        return UuidSource()

    @cached_property
    def secrets(self) -> AskedSecrets:
        """Where passwords and passphrases come from on the command line."""
        from ehrcoder.adapters.asked_secrets import AskedSecrets

        return AskedSecrets()

    @cached_property
    def keys(self) -> WorkspaceKeys:
        """The keys of encrypted workspaces: given before, in the system's keyring, or asked for at the terminal."""
        from ehrcoder.adapters.store.keys import WorkspaceKeys
        from ehrcoder.adapters.system_keyring import SystemKeyring

        return WorkspaceKeys(ask=self.secrets.passphrase, store=SystemKeyring())

    def encryption(self, path: Path | None = None) -> Encryption:
        """Return what encrypts a workspace or changes its passphrase."""
        from ehrcoder.adapters.store.encryption import WorkspaceEncryption
        from ehrcoder.adapters.system_keyring import SystemKeyring

        return WorkspaceEncryption(
            (path or self.default_workspace).expanduser().absolute(), clock=self.clock, ids=self.ids,
            keys=self.keys, keyring=SystemKeyring(), anchors=self.paths.anchors,
        )

    @cached_property
    def code_sets(self) -> CodeSetIndex:
        """The installed code sets. Raises EnvironmentFault when they were not built.

        SQLite connections belong to one thread; another thread calls `open_code_sets`.
        """
        return self.open_code_sets()

    def open_code_sets(self) -> CodeSetIndex:
        """Open a further reader of the code sets, for use in the calling thread."""
        from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
        from ehrcoder.adapters.codesets.shipped import ensure_shipped

        ensure_shipped(self.paths.shipped_code_sets, self.paths.code_sets, self.paths.code_set_sources)
        return SqliteCodeSetIndex.open(self.paths.code_sets)

    def build_code_sets(
        self, *, force: bool = False, progress: Progress | None = None
    ) -> tuple[BuildOutcome, ...]:
        """Build the default code sets that are missing or out of date. Raises EnvironmentFault, InputError.

        An installed program has them built; it puts them back instead, and what was imported stays.
        """
        from ehrcoder.adapters.codesets.build import build_all
        from ehrcoder.adapters.codesets.shipped import ensure_shipped

        if self.paths.shipped_code_sets is not None:
            return ensure_shipped(
                self.paths.shipped_code_sets, self.paths.code_sets, self.paths.code_set_sources, force=force
            )
        return build_all(self.paths.code_sets, self.paths.code_set_sources, force=force, progress=progress)

    def import_code_sets(
        self, files: Sequence[Path], *, system: str = "", name: str = "", edition: str = "",
        progress: Progress | None = None, cancel: CancelToken | None = None,
    ) -> ReleaseImport:
        """Import official releases or a site's own sets, all or nothing. Raises EnvironmentFault, InputError."""
        from ehrcoder.adapters.codesets.importer import import_releases
        from ehrcoder.adapters.codesets.release_tables import Named

        return import_releases(
            files, self.paths.code_sets, self.paths.code_set_sources,
            named=Named(system=system, name=name, edition=edition), progress=progress, cancel=cancel,
        )

    def open_workspace(self, path: Path | None = None, *, read_only: bool = False) -> OpenWorkspace:
        """Open or create a workspace file, for use in the calling thread. Raises EnvironmentFault."""
        from ehrcoder.adapters.store.workspace import SqliteWorkspace

        return SqliteWorkspace.open(
            path or self.default_workspace, clock=self.clock, ids=self.ids, read_only=read_only,
            anchors=self.paths.anchors, keys=self.keys,
        )

    def campaigns(self, workspace: Workspace) -> CampaignStore:
        """Return the campaigns of an open workspace."""
        from ehrcoder.adapters.store.workspace import SqliteWorkspace

        if not isinstance(workspace, SqliteWorkspace):
            raise TypeError("campaigns are kept in workspace files only")
        return workspace.campaigns

    def backups(self, path: Path | None = None) -> BackupShelf:
        """Return where the copies of a workspace lie."""
        from ehrcoder.adapters.store.backup_shelf import SqliteBackups

        workspace = (path or self.default_workspace).expanduser().absolute()
        folder = self.settings.backup.folder
        return SqliteBackups(
            workspace, clock=self.clock, ids=self.ids, anchors=self.paths.anchors, keys=self.keys,
            folder=folder.expanduser() / f"{workspace.name}-backups" if folder else None,
        )

    def back_up_if_due(self, path: Path) -> None:
        """Make the day's backup unless the settings forbid it or there is one. Raises EhrCoderError."""
        from ehrcoder.usecases.backups import backup_if_due

        if self.settings.backup.daily:
            backup_if_due(self.backups(path), clock=self.clock, keep=self.settings.backup.keep)

    def offline_watcher(self) -> JobWatcher:
        """Return what runs the whole job while sockets are watched for."""
        from ehrcoder.adapters.offline_watch import ProcessWatcher

        return ProcessWatcher(self.paths.home)

    def watched_job(self, folder: Path, *, with_model: bool) -> None:
        """Do the whole job on demo notes in `folder`, count Python's sockets meanwhile, and write what was done."""
        from ehrcoder.adapters.offline_watch import SocketCounter, visible_interfaces, write_result
        from ehrcoder.usecases.offline_proof import JobDone, do_job

        counter = SocketCounter()
        workspace = self.open_workspace(folder / "job.ehrw")
        try:
            records, codes, files, problems = do_job(
                sorted((self.paths.resources / "demo" / "notes").glob("*.txt"))[:2], folder, workspace=workspace,
                readers=self.readers, writers=self.writers, index=self.code_sets, clock=self.clock, ids=self.ids,
                engines=[self.engine(with_model=False), *([self.engine(with_model=True)] if with_model else [])],
            )
        finally:
            workspace.close()
        write_result(folder, JobDone(
            records=records, codes=codes, files=files, with_model=with_model, problems=problems,
            python_events=tuple(counter.events), interfaces=visible_interfaces(),
        ))

    @cached_property
    def readers(self) -> tuple[RecordReader, ...]:
        from ehrcoder.adapters.formats import all_readers

        return all_readers()

    @cached_property
    def column_mappings(self) -> ColumnMappings:
        """What was said of the columns of tables, remembered by header."""
        from ehrcoder.adapters.column_mappings import ColumnMappingFile

        return ColumnMappingFile(self.paths.column_mappings)

    @cached_property
    def writers(self) -> tuple[ExportWriter, ...]:
        from ehrcoder.adapters.writers import all_writers

        return all_writers(namespace=self.settings.export.namespace)

    @property
    def default_model_path(self) -> Path:
        """Where the default model lies: assembled here, or installed with the program."""
        from ehrcoder.adapters.model import default_model

        return self.paths.model_named(default_model.NAME)

    def install_default_model(self, *, only_if_missing: bool = False) -> str | None:
        """Put the default model together and return its licence notice; None when it was there whole.

        Raises EnvironmentFault.
        """
        from ehrcoder.adapters.model import default_model

        if only_if_missing and default_model.is_whole(self.default_model_path):
            return None
        default_model.assemble(self.paths.models / default_model.NAME)
        return default_model.NOTICE

    def installed_editions(self) -> tuple[CodeSetEdition, ...]:
        """Return the installed editions of the code sets; none where they cannot be opened."""
        from ehrcoder.core.errors import EnvironmentFault

        try:
            index = self.open_code_sets()
        except EnvironmentFault:
            return ()
        return index.editions()

    def set_up_workspace(self, plan: FirstWorkspace) -> None:
        """Make the first workspace of this installation. Raises EhrCoderError."""
        from ehrcoder.usecases.first_start import set_up_workspace

        plan.path.parent.mkdir(parents=True, exist_ok=True)
        set_up_workspace(plan, encryption=self.encryption(plan.path), open_workspace=self.open_workspace)

    @property
    def has_model(self) -> bool:
        """Whether the file of the model in use is there."""
        return (self.settings.model.path or self.default_model_path).is_file()

    def model_words(self) -> str:
        """Name the model in use and its file's SHA-256, without starting it; says so where there is none."""
        from ehrcoder.adapters.model import default_model

        path = self.settings.model.path or self.default_model_path
        if not path.is_file():
            return f"{path.name}: not installed"
        return f"{path.name}, {path.stat().st_size / 1e6:.0f} MB, SHA-256 {default_model.sha256_of(path)[:16]}"

    def use_model(self, file: Path | None) -> Path:
        """Copy a model file into the data folder, make it the one in use, and return the copy.

        None goes back to the default model. Raises InputError, EnvironmentFault.
        """
        from ehrcoder.adapters.model import model_files
        from ehrcoder.settings import change_settings

        path = self.default_model_path if file is None else model_files.bring_in(file.expanduser(), self.paths.models)
        named = None if path == self.default_model_path else path
        self.settings = change_settings(self.paths.settings_file, {"model.path": named, "model.enabled": None})
        self.close()
        return path

    @property
    def shipped_adapter(self) -> Path:
        """The adapter that lies with the shipped artefacts."""
        return self.paths.artefacts / "adapter.gguf"

    def language_model(self, *, adapter: Path | None = None) -> LanguageModel:
        """Return the language model, with another adapter when one is named; its worker starts when it is asked.

        One worker runs at a time: asked for with another adapter, the model before is closed.
        """
        if self._model is not None and adapter != self._adapter:
            self.close()
        if self._model is None:
            self._adapter = adapter
            from ehrcoder.adapters.model.client import LlamaWorkerModel

            settings = self.settings.model
            if adapter is not None:
                settings = settings.model_copy(update={"adapter": adapter})
            self._model = LlamaWorkerModel.from_settings(settings, self.paths)
        return self._model

    def artefacts(self, folder: Path | None = None) -> Artefacts:
        """Load the trained artefacts, the shipped ones unless a folder is named. Raises EnvironmentFault."""
        from ehrcoder.engine.artefacts import load_artefacts

        return load_artefacts(folder or self.paths.artefacts)

    def engine(
        self, *, with_model: bool | None = None, policy: str | None = None, artefacts: Path | None = None
    ) -> CodingEngine:
        """Build the coding engine for the calling thread."""
        from ehrcoder.engine.pipeline import CodingEngine
        from ehrcoder.engine.policy import policy_named

        use_model = self.settings.model.enabled if with_model is None else with_model
        return CodingEngine(
            index=self.open_code_sets(),
            model=self.language_model(adapter=self._adapter_of(artefacts)) if use_model else None,
            artefacts=self.artefacts(artefacts),
            policy=policy_named(policy or self.settings.coding.policy),
            clock=self.clock,
            ids=self.ids,
        )

    @staticmethod
    def _adapter_of(artefacts: Path | None) -> Path | None:
        """Return the adapter that lies with named artefacts; they were fitted on its answers."""
        if artefacts is None:
            return None
        return artefacts / "adapter.gguf" if (artefacts / "adapter.gguf").exists() else None

    def machine(self) -> Machine:
        """Return this machine's clocks, and the memory of this process and its model."""
        from ehrcoder.adapters.machine import this_machine
        from ehrcoder.adapters.model.client import LlamaWorkerModel

        def worker_process() -> int:
            return self._model.running_process if isinstance(self._model, LlamaWorkerModel) else 0

        def stop_worker() -> None:
            if self._model is not None:
                self._model.close()

        return this_machine(worker_process=worker_process, stop_worker=stop_worker)

    def dask_labeller(self, address: str, *, with_model: bool, policy: str, artefacts: Path | None) -> DaskLabeller:
        """Join a Dask cluster: the one thing that opens a network connection. Raises EnvironmentFault, InputError."""
        from ehrcoder.adapters.cluster.dask_labelling import DaskLabeller

        return DaskLabeller(address, (with_model, policy, str(artefacts) if artefacts else None),
                            build=batch_engine, fingerprint=batch_fingerprint)

    def versions(self, campaign_id: str) -> VersionShelf:
        """Return the versions of trained artefacts that a campaign made on this machine."""
        from ehrcoder.usecases.campaign.versions import VersionShelf

        return VersionShelf(self.paths.campaigns / campaign_id / "versions")

    def close(self) -> None:
        """Stop the model worker."""
        if self._model is not None:
            self._model.close()
            self._model = None


def read_codiesp_split(directory: Path, split: str, *, language: str = "en") -> Iterator[CodiEspRecord]:
    """Read a corpus with gold codes, CodiEsp's layout or brat standoff, for evaluation. Raises InputError."""
    from ehrcoder.adapters.formats import annotated_corpus

    return annotated_corpus.read_annotated_split(directory, split, language=language)


def read_codiesp_training(directory: Path, split: str) -> Iterator[CodiEspTrainingCase]:
    """Read a corpus with gold codes and their evidence, for training. Raises InputError."""
    from ehrcoder.adapters.formats import codiesp_evidence

    return codiesp_evidence.read_codiesp_training(directory, split)


def batch_engine(setup: tuple[bool, str, str | None], threads: int) -> CodingEngine:
    """Build the engine of a cluster's worker: with the model or not, policy, artefacts; its model takes `threads`."""
    with_model, policy, artefacts = setup
    services = Services()
    model = services.settings.model.model_copy(update={"threads": threads})
    services.settings = services.settings.model_copy(update={"model": model})
    return services.engine(with_model=with_model, policy=policy, artefacts=Path(artefacts) if artefacts else None)


def batch_fingerprint(setup: tuple[bool, str, str | None]) -> dict[str, object]:
    """Return what suggestions depend on, by hash and edition, on the machine that runs this."""
    from ehrcoder import __version__

    with_model, policy, folder = setup
    artefacts = Path(folder) if folder else None
    services = Services()
    try:
        adapter = artefacts / "adapter.gguf" if artefacts and (artefacts / "adapter.gguf").exists() else None
        model = services.language_model(adapter=adapter).describe() if with_model else None
        return {
            "software": __version__,
            "policy": policy,
            "artefacts": services.artefacts(artefacts).hashes,
            "code sets": tuple((e.system, e.version) for e in services.code_sets.editions()),
            "model": (model.sha256, model.adapter_sha256, model.library_versions) if model else None,
        }
    finally:
        services.close()


def run_model_worker(log_file: str) -> None:
    """Be the model's worker process until standard input ends."""
    from ehrcoder.adapters.model import worker

    worker.main(log_file)


def run_verification_helper() -> None:
    """Be the second process of the verification of a large workspace."""
    from ehrcoder.adapters.store import verify_second

    verify_second.main()


def run_pdf_reader() -> None:
    """Be the process that reads PDF documents until standard input ends."""
    from ehrcoder.adapters.formats import pdf_child

    pdf_child.main()


def installation_probes(workspace: Path | None = None) -> tuple[Probes, dt.date]:
    """Return what looks at each part of this installation, for `ehrcoder doctor`, and the day.

    Settings that cannot be read do not keep the rest from being looked at. Raises ImportError when a package is
    missing without which nothing works.
    """
    from ehrcoder.adapters import health
    from ehrcoder.adapters.system import SystemClock, UuidSource
    from ehrcoder.core.errors import InputError
    from ehrcoder.usecases.installation import Probes

    paths, clock = find_paths(), SystemClock()
    try:
        settings = load_settings(paths.settings_file)
    except (InputError, OSError):
        settings = Settings()
    file = workspace or settings.workspace or paths.default_workspace
    probes = Probes(
        program=health.program,
        libraries=health.libraries,
        database=health.database,
        window=health.window,
        settings=lambda: health.settings_file(paths.settings_file),
        model_file=lambda: health.model_file(settings, paths),
        trained=lambda: health.trained(paths.artefacts),
        code_sets=lambda: health.code_sets(_with_shipped_sets(paths)),
        worker=lambda: health.worker(settings, paths),
        workspace=lambda: health.workspace(file, is_named=workspace is not None, clock=clock, ids=UuidSource()),
        storage=lambda: health.storage(paths),
    )
    return probes, clock.now().date()


def _with_shipped_sets(paths: Paths) -> Path:
    """Return the folder of code sets, filled with those that an installed program brought."""
    from ehrcoder.adapters.codesets.shipped import ensure_shipped

    ensure_shipped(paths.shipped_code_sets, paths.code_sets, paths.code_set_sources)
    return paths.code_sets
