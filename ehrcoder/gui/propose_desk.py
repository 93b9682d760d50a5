"""The propose lane's side of the window: owns the coding engine, which asks the model's worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ehrcoder.core.errors import EhrCoderError, EnvironmentFault, ModelUnavailableError
from ehrcoder.core.ids import RecordId
from ehrcoder.gui.remote_workspace import RemoteWorkspace
from ehrcoder.ports import CancelToken

if TYPE_CHECKING:
    from ehrcoder.engine.pipeline import CodingEngine
    from ehrcoder.services import Services


class ProposeDesk:
    """Every method runs on the propose lane; the engine is built at the first use."""

    def __init__(self, services: Services, workspace: RemoteWorkspace) -> None:
        self._services = services
        self._workspace = workspace
        self._engine: CodingEngine | None = None

    def propose(self, record_id: RecordId, *, cancel: CancelToken) -> None:
        """Propose codes for one record and store them. Raises EhrCoderError."""
        from ehrcoder.usecases.propose_codes import propose_codes

        cancel.raise_if_cancelled()
        propose_codes(
            record_id, engine=self._ready_engine(), store=self._workspace, history=self._workspace, cancel=cancel,
            withheld=self.is_withheld,
        )

    def is_withheld(self, record_id: RecordId) -> bool:
        """Tell whether a campaign has the record coded without suggestions."""
        from ehrcoder.usecases.campaign.verify import is_held_back

        return self._workspace.on_store(
            lambda workspace: is_held_back(record_id, records=workspace, store=self._services.campaigns(workspace)))

    def model_state(self) -> tuple[str, str]:
        """Return the model's name, and the reason why it is off or an empty text."""
        if not self._services.settings.model.enabled:
            return "", "switched off in the settings"
        try:
            return self._services.language_model().describe().name, ""
        except ModelUnavailableError as error:
            return "", error.what
        except EhrCoderError as error:
            return "", str(error)

    def warm_up(self) -> None:
        """Build the engine before it is asked for, so that the first proposals come sooner."""
        self._ready_engine()

    def forget_engine(self) -> None:
        """Build the engine anew at the next use."""
        self._engine = None

    def _ready_engine(self) -> CodingEngine:
        if self._engine is None:
            try:
                self._engine = self._services.engine()
            except OSError as error:
                raise EnvironmentFault(
                    f"The trained artefacts of the engine cannot be loaded: {error.strerror or 'unreadable'}.",
                    kept="Records, codes and history are not affected; coding by hand works.",
                    next_step="`ehrcoder doctor` says which file is missing; install the program again.",
                ) from error
        return self._engine
