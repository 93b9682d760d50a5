"""Trains the language model's LoRA adapter to judge candidates.

A question is a sentence followed by a candidate's title; the answer is read as the difference of the logits
of ` yes` and ` no` behind it. All candidates of a sentence share one row: an attention mask lets each see the
sentence and itself only, which is exactly what the worker computes with one sequence per candidate.
LoRA: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

# torch, transformers and gguf come with the extra `train`; a plain installation and its checks do without.
if TYPE_CHECKING:
    import torch  # pyright: ignore[reportMissingImports]

# llama.cpp's tensor name for each projection of a transformer block that gets an adapter.
_GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeExample:
    """One shared prefix with its candidate suffixes and whether each is supported."""

    prefix: str
    suffixes: tuple[str, ...]
    supported: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterRecipe:
    """How an adapter is trained; stored in its card."""

    rank: int = 16
    alpha: int = 32
    peak_rate: float = 5e-4
    warmup_steps: int = 20
    batch_tokens: int = 3000
    epochs: int = 1
    seed: int = 7
    positive_weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingProgress:
    """Where a training run stands."""

    step: int
    steps: int
    loss: float
    tokens_per_second: float


class AdapterTrainer:
    """One training run; `train` can be stopped between steps and goes on from its checkpoint."""

    def __init__(self, *, base: Path, folder: Path, recipe: AdapterRecipe, device: str = "cpu") -> None:
        import torch  # pyright: ignore[reportMissingImports]
        from transformers import AutoModelForCausalLM, AutoTokenizer  # pyright: ignore[reportMissingImports]

        self._torch = torch
        self.folder = folder
        self.recipe = recipe
        self.device = device
        torch.manual_seed(recipe.seed)
        location = str(base.parent)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(location, gguf_file=base.name)
        self.model: Any = AutoModelForCausalLM.from_pretrained(location, gguf_file=base.name, dtype=torch.bfloat16)
        self.model.to(device).requires_grad_(False)
        self.model.eval()
        self.layers = _add_lora(self.model, recipe)
        self.answers = [_single_token(self.tokenizer, answer) for answer in (" yes", " no")]

    def train(
        self,
        examples: Sequence[JudgeExample],
        *,
        report: Callable[[TrainingProgress], None],
        should_stop: Callable[[], bool] = lambda: False,
        checkpoint_seconds: float = 120.0,
    ) -> bool:
        """Train until done (True) or asked to stop (False); a checkpoint is kept either way."""
        torch = self._torch
        rows = [self._row(example) for example in examples if example.suffixes]
        batches = [batch for epoch in range(self.recipe.epochs) for batch in self._batches(rows, epoch)]
        parameters = [p for pair in self.layers.values() for p in pair]
        optimizer = torch.optim.AdamW(parameters, lr=self.recipe.peak_rate, weight_decay=0.0)
        start = self._resume(optimizer)
        smooth, saved = 0.0, time.monotonic()
        for step in range(start, len(batches)):
            if should_stop():
                self._save_checkpoint(step, optimizer)
                return False
            began = time.monotonic()
            for group in optimizer.param_groups:
                group["lr"] = self.recipe.peak_rate * _rate(step, len(batches), self.recipe.warmup_steps)
            optimizer.zero_grad(set_to_none=True)
            loss, tokens = self._loss(batches[step])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            smooth = float(loss) if step == start else 0.95 * smooth + 0.05 * float(loss)
            report(
                TrainingProgress(
                    step=step + 1,
                    steps=len(batches),
                    loss=smooth,
                    tokens_per_second=tokens / (time.monotonic() - began),
                )
            )
            if time.monotonic() - saved > checkpoint_seconds:
                self._save_checkpoint(step + 1, optimizer)
                saved = time.monotonic()
        self._save_checkpoint(len(batches), optimizer)
        return True

    def margins(self, examples: Sequence[JudgeExample]) -> list[list[float]]:
        """Return the logit margins of every suffix of every example."""
        with self._torch.no_grad():
            return [[float(m) for m in self._margins([self._row(e)])[0]] if e.suffixes else [] for e in examples]

    def _row(self, example: JudgeExample) -> _Row:
        prefix = self.tokenizer(example.prefix, add_special_tokens=True)["input_ids"]
        suffixes = [self.tokenizer(s, add_special_tokens=False)["input_ids"] for s in example.suffixes]
        return _Row(prefix=prefix, suffixes=suffixes, supported=example.supported)

    def _batches(self, rows: list[_Row], epoch: int) -> Iterator[list[_Row]]:
        """Cut rows of like length into batches of about `batch_tokens`, in an order fixed by the seed."""
        order = random.Random(self.recipe.seed + epoch)
        shuffled = sorted(rows, key=lambda row: (row.length // 24, order.random()))
        batches: list[list[_Row]] = [[]]
        for row in shuffled:
            longest = max([row.length, *(other.length for other in batches[-1])])
            if batches[-1] and longest * (len(batches[-1]) + 1) > self.recipe.batch_tokens:
                batches.append([])
            batches[-1].append(row)
        order.shuffle(batches)
        return iter(batches)

    def _loss(self, rows: Sequence[_Row]) -> tuple[torch.Tensor, int]:
        torch = self._torch
        margins, tokens = self._margins(rows)
        labels = torch.tensor(
            [float(label) for row in rows for label in row.supported], device=self.device, dtype=torch.float32
        )
        weight = torch.tensor(self.recipe.positive_weight, device=self.device)
        return torch.nn.functional.binary_cross_entropy_with_logits(margins, labels, pos_weight=weight), tokens

    def _margins(self, rows: Sequence[_Row]) -> tuple[torch.Tensor, int]:
        torch = self._torch
        length = max(row.length for row in rows)
        ids = torch.zeros(len(rows), length, dtype=torch.long)
        positions = torch.zeros(len(rows), length, dtype=torch.long)
        visible = torch.eye(length, dtype=torch.bool).repeat(len(rows), 1, 1)
        ends: list[tuple[int, int]] = []
        for i, row in enumerate(rows):
            size = len(row.prefix)
            ids[i, :size] = torch.tensor(row.prefix)
            positions[i, :size] = torch.arange(size)
            visible[i, :size, :size] = torch.ones(size, size, dtype=torch.bool).tril()
            at = size
            for suffix in row.suffixes:
                stop = at + len(suffix)
                ids[i, at:stop] = torch.tensor(suffix)
                positions[i, at:stop] = torch.arange(size, size + len(suffix))
                visible[i, at:stop, :size] = True
                visible[i, at:stop, at:stop] = torch.ones(len(suffix), len(suffix), dtype=torch.bool).tril()
                ends.append((i, stop - 1))
                at = stop
        mask = torch.zeros(len(rows), 1, length, length, dtype=torch.bfloat16)
        mask.masked_fill_(~visible[:, None], float("-inf"))
        mask = mask.to(self.device)
        hidden = self.model.model(
            input_ids=ids.to(self.device),
            position_ids=positions.to(self.device),
            attention_mask={"full_attention": mask, "sliding_attention": mask},
            use_cache=False,
        ).last_hidden_state
        picked = hidden[[i for i, _ in ends], [j for _, j in ends]].float()
        weights = self.model.lm_head.weight[self.answers].float()
        logits = picked @ weights.T
        return logits[:, 0] - logits[:, 1], sum(row.length for row in rows)

    def _checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def _save_checkpoint(self, step: int, optimizer: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / "checkpoint.tmp"
        lora = {name: [p.detach().cpu() for p in pair] for name, pair in self.layers.items()}
        self._torch.save({"step": step, "lora": lora, "optimizer": optimizer.state_dict()}, temporary)
        temporary.replace(self._checkpoint())

    def _resume(self, optimizer: Any) -> int:
        if not self._checkpoint().exists():
            return 0
        state = self._torch.load(self._checkpoint(), map_location=self.device, weights_only=True)
        for name, pair in self.layers.items():
            for parameter, saved in zip(pair, state["lora"][name], strict=True):
                parameter.data.copy_(saved)
        optimizer.load_state_dict(state["optimizer"])
        return state["step"]

    def write_gguf(self, target: Path) -> None:
        """Write the adapter as a GGUF that llama.cpp loads beside the quantised base model."""
        import gguf  # pyright: ignore[reportMissingImports]
        import numpy as np

        writer = gguf.GGUFWriter(str(target), self.model.config.model_type.removesuffix("_text"))
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", float(self.recipe.alpha))
        writer.add_string("ehrcoder.recipe", json.dumps(asdict(self.recipe), sort_keys=True))
        for name, (a, b) in sorted(self.layers.items()):
            block, projection = name.split("/")
            tensor = f"blk.{block}.{_GGUF_NAMES[projection]}.weight"
            for suffix, value in (("lora_a", a), ("lora_b", b)):
                writer.add_tensor(f"{tensor}.{suffix}", value.detach().cpu().numpy().astype(np.float16))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    prefix: list[int]
    suffixes: list[list[int]]
    supported: tuple[bool, ...]

    @property
    def length(self) -> int:
        return len(self.prefix) + sum(len(suffix) for suffix in self.suffixes)


def _rate(step: int, steps: int, warmup: int) -> float:
    if step < warmup:
        return (step + 1) / warmup
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def _single_token(tokenizer: Any, text: str) -> int:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    if len(ids) != 1:
        raise ValueError(f"the model splits {text!r} into {len(ids)} tokens; it cannot judge")
    return ids[0]


def _add_lora(model: Any, recipe: AdapterRecipe) -> dict[str, tuple[torch.nn.Parameter, torch.nn.Parameter]]:
    """Hang a low-rank pair on every projection of every block; return the pairs by `block/projection`."""
    import torch  # pyright: ignore[reportMissingImports]

    scale = recipe.alpha / recipe.rank
    pairs: dict[str, tuple[torch.nn.Parameter, torch.nn.Parameter]] = {}
    for number, block in enumerate(model.model.layers):
        for projection in _GGUF_NAMES:
            linear = block.get_submodule(projection)
            a = torch.nn.Parameter(torch.empty(recipe.rank, linear.in_features, device=linear.weight.device))
            b = torch.nn.Parameter(torch.zeros(linear.out_features, recipe.rank, device=linear.weight.device))
            torch.nn.init.kaiming_uniform_(a, a=math.sqrt(5))
            linear.register_forward_hook(_lora_hook(a, b, scale))
            pairs[f"{number}/{projection}"] = (a, b)
    return pairs


def _lora_hook(a: Any, b: Any, scale: float) -> Callable[..., Any]:
    def add(_module: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        x = inputs[0]
        return output + (x @ a.to(x.dtype).T) @ b.to(x.dtype).T * scale

    return add
