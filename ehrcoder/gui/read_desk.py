"""The read lane's side of the window: search, code edits, import and export, with readers of its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.core.codes import CodeKind, CodeSetEdition, Coding
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.remote_workspace import RemoteWorkspace
from ehrcoder.ports import CancelToken, CodeSetIndex, Progress, SearchHit

if TYPE_CHECKING:
    from ehrcoder.core.edits import EditFinding
    from ehrcoder.core.evidence import Evidence, TextSpan
    from ehrcoder.core.ladder import Ladder
    from ehrcoder.services import Services
    from ehrcoder.usecases.export_records import ExportReport
    from ehrcoder.usecases.foresee_edits import Outlook
    from ehrcoder.usecases.import_records import ImportReport


class ReadDesk:
    """Methods run on any thread of the read lane; each thread opens the code sets for itself."""

    def __init__(self, services: Services, workspace: RemoteWorkspace) -> None:
        self._services = services
        self._workspace = workspace
        self._mine = threading.local()
        self._generation = 0

    def _index(self) -> CodeSetIndex:
        index: CodeSetIndex | None = getattr(self._mine, "index", None)
        if index is None or self._mine.generation != self._generation:
            self._mine.generation = self._generation
            index = self._services.open_code_sets()
            self._mine.index = index
        return index

    def renew_code_sets(self) -> None:
        """Have each thread open the code sets anew at its next use."""
        self._generation += 1

    def editions(self) -> tuple[CodeSetEdition, ...]:
        """Return the installed code-set editions. Raises EnvironmentFault."""
        return self._index().editions()

    def search(
        self, text: str, view: RecordView | None, *, kinds: Sequence[CodeKind] = (), limit: int = 40
    ) -> tuple[SearchHit, ...]:
        """Find codes for what was typed, those that can be assigned first.

        Before anything is, the further codes of the record's last run, the likeliest first. The editions of the open
        record's day are searched: what they do not have could not be assigned to it.
        """
        from ehrcoder.usecases.search_codes import further_hits, search_codes

        day = view.record.day if view is not None else None
        if not text:
            return further_hits(self._index(), view.further, kinds=kinds, on=day) if view is not None else ()
        hits = search_codes(self._index(), text, kinds=kinds, limit=limit, on=day)
        return tuple(sorted(hits, key=lambda hit: not hit.concept.is_billable))

    def findings(self, view: RecordView) -> tuple[EditFinding, ...]:
        """Return the code edits that a coding runs into."""
        from ehrcoder.core.comments import comments
        from ehrcoder.usecases.validate_record import validate_coding

        said = [each.text for each in comments(self._workspace.events(view.record_id))]
        return validate_coding(
            view.coding, view.record, self._index(), said=said, with_severity=self._services.settings.coding.severity
        )

    def outlook(self, view: RecordView) -> Outlook:
        """Return what accepting each undecided suggestion would run into."""
        from ehrcoder.usecases.foresee_edits import foresee_edits

        return foresee_edits(view.coding, view.record, view.undecided, self._index())

    def ladder(self, view: RecordView, coding: Coding, evidence: tuple[Evidence, ...]) -> Ladder:
        """Return the codes around one code with what the note says for each. Raises InputError."""
        from ehrcoder.usecases.specificity import specificity_ladder

        return specificity_ladder(coding, view.record, evidence, self._index())

    def gaps(self, view: RecordView) -> tuple[TextSpan, ...]:
        """Return the sentences that support no code yet."""
        from ehrcoder.usecases.uncoded_sentences import uncoded_sentences

        return uncoded_sentences(view.record, view.suggestions, view.coding)

    def import_files(
        self, paths: Sequence[Path], *, options: Mapping[str, str] | None = None, progress: Progress,
        cancel: CancelToken,
    ) -> ImportReport:
        """Read files and folders into the workspace."""
        from ehrcoder.usecases.import_records import import_paths

        return import_paths(
            paths, readers=self._services.readers, store=self._workspace, clock=self._services.clock,
            ids=self._services.ids, options=options, mappings=self._services.column_mappings, progress=progress,
            cancel=cancel,
        )

    def export(
        self, record_ids: Sequence[RecordId], folder: Path, format_name: str, *,
        progress: Progress, cancel: CancelToken,
    ) -> ExportReport:
        """Write signed records into a folder. Raises InputError for an unknown format."""
        from ehrcoder.usecases.export_records import export_records

        writer = next((each for each in self._services.writers if each.format_name == format_name), None)
        if writer is None:
            known = ", ".join(each.format_name for each in self._services.writers)
            raise InputError(f"There is no export format {format_name}.", next_step=f"Choose one of: {known}.")
        return export_records(
            record_ids, folder=folder, writer=writer, store=self._workspace, history=self._workspace,
            log=self._workspace, clock=self._services.clock, index=self._index(), progress=progress,
            cancel=cancel,
        )

    def export_formats(self) -> tuple[str, ...]:
        """Return the names of the formats that can be written."""
        return tuple(writer.format_name for writer in self._services.writers)
