"""The user's settings: one TOML file, checked at the border."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from ehrcoder.core.errors import EnvironmentFault, InputError


class ModelSettings(BaseModel):
    """Which language model is used and what it may take of the machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(default=True, description="Whether the language model takes part in proposing codes.")
    path: Path | None = Field(default=None, description="A GGUF file; empty means the default model.")
    adapter: Path | None = Field(default=None, description="A GGUF LoRA adapter; empty means the shipped one.")
    threads: int = Field(default=0, ge=0, description="0 means one per physical core.")
    context_size: int = Field(default=4096, ge=512, description="Tokens that the model sees at once.")
    gpu_layers: int = Field(default=-1, ge=-1, description="Layers on the GPU where the build has one; -1 is all.")


class CodingSettings(BaseModel):
    """What is proposed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Literal["clinical", "every-mention"] = Field(
        default="clinical",
        description="clinical proposes what is present now; every-mention also what is negated, historical or of "
                    "the family, as corpora code it.",
    )
    severity: bool = Field(
        default=False,
        description="Whether checks also tell complication classes (CC, MCC) and risk categories (CMS-HCC V28) of "
                    "assigned codes, where such lists are imported. It never orders suggestions.",
    )


class WindowSettings(BaseModel):
    """How the window looks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["system", "en", "es"] = Field(
        default="system", description="Language of the window; system follows the desktop. Counts from the next start."
    )
    theme: Literal["system", "light", "dark", "high-contrast"] = Field(
        default="system", description="Colours at the first start; afterwards the window remembers the last ones."
    )
    font_size: int = Field(
        default=11, ge=7, le=32, description="Points at the first start; afterwards the window remembers the last one."
    )


class ExportSettings(BaseModel):
    """What leaves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    namespace: str = Field(
        default="", pattern=r"^(|(https?://|urn:)[^\s]+)$",
        description="Address under which this site's pseudonyms and coder names are unique; empty: only in a record.",
    )


class BackupSettings(BaseModel):
    """Copies of the workspace that are made without being asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    daily: bool = Field(default=True, description="Make one at the day's first change of a workspace.")
    keep: int = Field(default=14, ge=1, description="How many daily ones are kept.")
    folder: Path | None = Field(default=None, description="Where they lie; empty means beside the workspace.")


class SecuritySettings(BaseModel):
    """Who may sit at the window."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lock_after_minutes: int = Field(
        default=10, ge=0, le=480,
        description="Lock the window of a workspace with profiles after so long without a key or the mouse; 0: never.",
    )


class Settings(BaseModel):
    """All settings, with their defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    coder: str = Field(default="coder", min_length=1, description="Name under which decisions are stored.")
    workspace: Path | None = Field(
        default=None,
        description="Workspace that opens when none is named; empty means workspace.ehrw in the data folder.",
    )
    model: ModelSettings = ModelSettings()
    coding: CodingSettings = CodingSettings()
    window: WindowSettings = WindowSettings()
    export: ExportSettings = ExportSettings()
    backup: BackupSettings = BackupSettings()
    security: SecuritySettings = SecuritySettings()


def allowed_values(field: FieldInfo) -> str:
    """Say in a few words what a setting may be: the choices, the kind of value, its bounds."""
    choices = get_args(field.annotation)
    if get_origin(field.annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in choices)
    kind = next((each for each in choices if each is not type(None)), field.annotation)
    words = {bool: "`true` or `false`", int: "a whole number", float: "a number", Path: "a path"}.get(kind, "text")
    least = next((each.ge for each in field.metadata if hasattr(each, "ge")), None)
    most = next((each.le for each in field.metadata if hasattr(each, "le")), None)
    bounds = [f"{least} at least"] if least is not None else []
    bounds += [f"{most} at most"] if most is not None else []
    return ", ".join([words, *bounds])


def load_settings(path: Path) -> Settings:
    """Read settings from a TOML file; a missing file means the defaults. Raises InputError."""
    if not path.exists():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise InputError(
            f"The settings file {path} cannot be used: {error}",
            next_step="Correct the file, or move it away to start with the defaults.",
        ) from error


def change_settings(path: Path, changes: Mapping[str, Any]) -> Settings:
    """Write changes into the settings file and return the settings as they are then; comments in it stay.

    `changes` names values as `section.name`, or `name` at the top; None goes back to the default. Nothing is written
    unless the whole is valid. Raises InputError, EnvironmentFault.
    """
    import tomlkit

    load_settings(path)
    document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
    for name, value in changes.items():
        section, _, key = name.rpartition(".")
        table: Any = document.setdefault(section, tomlkit.table()) if section else document
        if value is None:
            table.pop(key, None)
        else:
            table[key] = str(value) if isinstance(value, Path) else value
    text = tomlkit.dumps(document)
    try:
        settings = Settings.model_validate(tomllib.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{'.'.join(map(str, first['loc']))} cannot be set so: {first['msg']}.", kept="The settings are unchanged.",
            next_step="The guide's page about settings says what each may be.",
        ) from error
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise EnvironmentFault(
            f"The settings could not be written: {error.strerror or error}.", kept="The former ones hold.",
            next_step=f"See whether {path.parent} can be written.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return settings
