"""What a campaign keeps in a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from ehrcoder.core.campaign.plan import Campaign, CampaignEntry, CampaignPlan, WorkItem, WorkLine, WorkState
from ehrcoder.core.ids import RecordId


class CampaignStore(Protocol):
    """Plans, work lists and entries of the campaigns of one workspace. Used from the workspace's thread."""

    def together(self) -> AbstractContextManager[None]:
        """Make everything that is written inside one transaction, writes of records and runs included."""
        ...

    def create(self, name: str, plan: CampaignPlan) -> Campaign:
        """Store a new campaign. Raises InputError for a name that is taken."""
        ...

    def campaigns(self) -> tuple[Campaign, ...]:
        """Return every campaign of the workspace."""
        ...

    def campaign(self, name: str) -> Campaign:
        """Return a campaign by name, or the only one for an empty name. Raises NotFoundError, InputError."""
        ...

    def make_list(self, campaign_id: str, name: str, items: Sequence[WorkItem]) -> None:
        """Store a work list whole. Raises InputError when there is one of this name already."""
        ...

    def lists(self, campaign_id: str) -> Mapping[str, Mapping[WorkState, int]]:
        """Return the names of the work lists in the order of their making, with lines by state."""
        ...

    def work(self, campaign_id: str, name: str) -> tuple[WorkLine, ...]:
        """Return a list in its order. Raises NotFoundError."""
        ...

    def settle(self, campaign_id: str, name: str, outcomes: Mapping[RecordId, tuple[WorkState, str]]) -> None:
        """Note what became of waiting lines, in one transaction. Raises InputError for a line already done."""
        ...

    def add_entry(self, campaign_id: str, kind: str, subject: str, body: object) -> CampaignEntry:
        """Append an entry; `body` is a core value or plain JSON."""
        ...

    def entries(self, campaign_id: str, kind: str, *, subject: str = "") -> tuple[CampaignEntry, ...]:
        """Return the entries of a kind, oldest first; of one subject when it is named."""
        ...
