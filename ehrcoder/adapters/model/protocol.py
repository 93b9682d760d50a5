"""What client and worker say to each other: one JSON object a line."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class LlamaFailureError(Exception):
    """llama.cpp could not do what was asked; the message holds no clinical text."""


class LlamaCancelledError(Exception):
    """The work was stopped before it was done."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Load(_Message):
    """First message: which model, and what it may take of the machine. Answered by `Loaded` or `Failed`."""

    type: Literal["load"] = "load"
    model: str
    adapter: str = ""
    context_size: int
    threads: int
    gpu_layers: int


class JudgeItem(_Message):
    """One shared prefix and the endings behind it."""

    prefix: str
    suffixes: list[str]


class Judge(_Message):
    """Answered by `Judged`, `Cancelled` or `Failed`."""

    type: Literal["judge"] = "judge"
    id: int
    items: list[JudgeItem]


class Complete(_Message):
    """Answered by `Completed`, `Cancelled` or `Failed`."""

    type: Literal["complete"] = "complete"
    id: int
    prompt: str
    grammar: str | None = None
    max_tokens: int = Field(ge=1, le=4096)
    as_message: bool = Field(default=False, description="Put the prompt into the model's chat template first.")


class Cancel(_Message):
    """Stops the question that is being worked on."""

    type: Literal["cancel"] = "cancel"


class Loaded(_Message):
    """The handshake: what was loaded, with which libraries."""

    type: Literal["loaded"] = "loaded"
    description: str
    parameters: int
    has_chat_template: bool
    context_size: int
    threads: int
    gpu_offload: bool
    gpu_layers: int
    adapter_loaded: bool
    library_versions: dict[str, str]
    system_info: str
    process_id: int
    resident_bytes: int


class Judged(_Message):
    """Margins of every item in order, with the tokens and the seconds inside llama.cpp that each took."""

    type: Literal["judged"] = "judged"
    id: int
    margins: list[list[float]]
    tokens: list[int]
    seconds: list[float]


class Completed(_Message):
    """A finished completion; one that ran into its limit is a failure instead."""

    type: Literal["completed"] = "completed"
    id: int
    text: str


class Cancelled(_Message):
    """The question was dropped; nothing of it is answered."""

    type: Literal["cancelled"] = "cancelled"
    id: int


class Failed(_Message):
    """The question cannot be answered; `reason` holds no clinical text."""

    type: Literal["failed"] = "failed"
    id: int
    reason: str


Request = Annotated[Load | Judge | Complete | Cancel, Field(discriminator="type")]
Answer = Annotated[Loaded | Judged | Completed | Cancelled | Failed, Field(discriminator="type")]
REQUEST: TypeAdapter[Load | Judge | Complete | Cancel] = TypeAdapter(Request)
ANSWER: TypeAdapter[Loaded | Judged | Completed | Cancelled | Failed] = TypeAdapter(Answer)
