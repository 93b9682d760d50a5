"""How Sphinx builds the guide: Markdown pages, nothing loaded from a network, each warning an error (see build.py)."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]

project = "EHRCoder"
author = "EHRCoder maintainers"
copyright = "2026, EHRCoder maintainers; Apache-2.0"
release = version = _PROJECT["version"]
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]
# Links that leave docs/ lead to files of the repository; the pages that ship have no such files beside them.
suppress_warnings = ["myst.xref_missing"]
html_theme = "furo"
html_title = f"EHRCoder {release}"
html_static_path: list[str] = ["_static"]
html_css_files = ["guide.css"]
html_favicon = "../resources/icons/ehrcoder.svg"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
highlight_language = "text"
