"""The report of a campaign is printed with its plots."""

from __future__ import annotations

import io

from pypdf import PdfReader

from ehrcoder.gui.campaign_pdf import report_pdf
from ehrcoder.usecases.campaign.charts import Axis, Point, bar_plot, line_plot, progress_plot

SHARE = Axis(name="share", low=0.0, high=1.0, percent=True)


def test_text_and_plots_stand_in_the_pdf(qapp) -> None:
    plot = line_plot("Learning curve", [Point(x=50, y=0.4, low=0.3, high=0.5, title="v1"), Point(x=100, y=0.5)],
                     Axis(name="records", low=0, high=100), SHARE, level=0.95, level_name="target")
    pages = PdfReader(io.BytesIO(report_pdf(f"<h1>Campaign autumn</h1><div>{plot}</div>", title="t"))).pages
    assert "Campaign autumn" in " ".join(pages[0].extract_text().split())
    assert len(pages[0].images) == 1


def test_what_is_said_in_a_plot_is_escaped() -> None:
    for svg in (
        bar_plot("<b>", [("<i>", Point(x=0, y=0.5, low=0.4, high=0.6, title="a & b"))], SHARE),
        progress_plot("x < y", [("<list>", 3, 1, 6)]),
    ):
        assert "<b>" not in svg
        assert "<i>" not in svg
        assert "<list>" not in svg
        assert svg.startswith("<svg ")
