"""Where the campaign joins the window: two actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from ehrcoder.gui.actions import ActionSpec, Needs

if TYPE_CHECKING:
    from ehrcoder.gui.parts import Part, PartHost


def campaign_parts() -> tuple[Part, ...]:
    """Return the actions of the campaign."""
    from ehrcoder.gui.parts import Part

    def tr(text: str) -> str:
        return QCoreApplication.translate("actions", text)

    return (
        Part(run=show_campaign, spec=ActionSpec(
            name="campaign", group=tr("File"), text=tr("Campaign…"), keys=("Ctrl+Alt+G",),
            tip=tr("Sample, label, verify and review thousands of records; every figure leads to its records"))),
        Part(run=open_next, spec=ActionSpec(
            name="campaign_next", group=tr("File"), text=tr("Next record of the campaign"), keys=("Ctrl+Alt+N",),
            needs=Needs.WRITABLE, tip=tr("Open what this coder does next, and note the time"))),
    )


def show_campaign(host: PartHost) -> None:
    """Show the campaign view."""
    from ehrcoder.gui.campaign.view import CampaignPopup

    host.popup(CampaignPopup, lambda: CampaignPopup(host)).ask()


def open_next(host: PartHost) -> None:
    """Open the next record of this coder."""
    from ehrcoder.gui.campaign.work import CampaignWork

    def opened(said: str) -> None:
        host.say(said)

    CampaignWork(host.session).next_record(done=opened)
