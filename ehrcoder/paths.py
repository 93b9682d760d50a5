"""Where the product keeps what it builds and what its user makes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The folders of one installation."""

    home: Path
    resources: Path
    code_set_sources: Path
    shipped: Path | None = None
    """Built code sets and, in the full variant, the model of an installed program; None in a checkout."""

    @property
    def models(self) -> Path:
        """Assembled language models (GGUF)."""
        return self.home / "models"

    def model_named(self, name: str) -> Path:
        """Return where a model lies: the user's own copy, else the one that was installed with the program."""
        own = self.models / name
        shipped = self.shipped / "models" / name if self.shipped else own
        return shipped if shipped.is_file() and not own.is_file() else own

    @property
    def shipped_code_sets(self) -> Path | None:
        """Code sets that were installed with the program, built; None in a checkout."""
        folder = self.shipped / "codesets" if self.shipped else None
        return folder if folder is not None and folder.is_dir() else None

    @property
    def code_sets(self) -> Path:
        """Built code-set files, read-only."""
        return self.home / "codesets"

    @property
    def logs(self) -> Path:
        """Log files; they never hold clinical text."""
        return self.home / "logs"

    @property
    def anchors(self) -> Path:
        """How far the history of each workspace had come on this machine; numbers and hashes only."""
        return self.home / "anchors"

    @property
    def campaigns(self) -> Path:
        """What campaigns trained on this machine, a folder each."""
        return self.home / "campaigns"

    @property
    def settings_file(self) -> Path:
        """The user's settings, TOML."""
        return self.home / "settings.toml"

    @property
    def column_mappings(self) -> Path:
        """What was said of the columns of tables, JSON; names of columns only."""
        return self.home / "column-mappings.json"

    @property
    def guide(self) -> Path:
        """The documentation as HTML; in a checkout `make docs` builds it."""
        return self.resources.parent / "docs" / ("html" if self.shipped else "_build/html")

    @property
    def artefacts(self) -> Path:
        """Trained artefacts that ship with the product."""
        return self.resources / "artefacts"

    @property
    def default_workspace(self) -> Path:
        """The workspace that opens when none is named."""
        return self.home / "workspace.ehrw"


def find_paths(environment: dict[str, str] | None = None) -> Paths:
    """Return the installation's folders: EHRCODER_HOME, else a checkout's cache, else the user's data folder."""
    variables = os.environ if environment is None else environment
    in_checkout = (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "codesets").is_dir()
    if variables.get("EHRCODER_HOME"):
        home = Path(variables["EHRCODER_HOME"]).expanduser()
    elif in_checkout:
        home = _CHECKOUT / ".cache" / "home"
    else:
        import platformdirs

        home = Path(platformdirs.user_data_dir("ehrcoder", appauthor=False))
    base = _CHECKOUT if in_checkout else _PACKAGE / "data"
    built = base / "built"
    return Paths(
        home=home, resources=base / "resources", code_set_sources=base / "codesets",
        shipped=built if built.is_dir() and not in_checkout else None,
    )
