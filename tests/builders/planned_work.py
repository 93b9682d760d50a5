"""Work that is planned beside the coding: a campaign with a half-done list, and the worklist of a newer edition."""

from __future__ import annotations

from builders.coding_world import CODER

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.campaign.plan import CampaignPlan, WorkItem, WorkState
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.ids import RecordId
from ehrcoder.core.recode import AssignedTitle, CodeChange, RecodeTask


def plan_work(workspace: SqliteWorkspace) -> None:
    """Put a campaign with a list that is half done into a workspace with records r1 and r2, and a recoding task."""
    campaign = workspace.campaigns.create("spring", CampaignPlan(seed=3))
    workspace.campaigns.make_list(campaign.campaign_id, "first", [
        WorkItem(record_id=RecordId("r1")), WorkItem(record_id=RecordId("r2"))])
    workspace.campaigns.settle(campaign.campaign_id, "first", {RecordId("r1"): (WorkState.DONE, "2 codes")})
    workspace.campaigns.add_entry(campaign.campaign_id, "figure", "first", {"share": 0.5})
    workspace.put_recode_tasks([RecodeTask(
        record_id=RecordId(record), assigned=AssignedTitle(
            system=ICD_10_CM, version="2026-04-01", code=code, display=f"Title of {code}"),
        change=CodeChange.RETIRED, edition="2027", now="", must_change=False,
    ) for record, code in (("r1", "I10"), ("r2", "R07.9"))], stamp="2026 2027")
    workspace.settle_recode(RecordId("r1"), coder_id=CODER, reason="still right")
