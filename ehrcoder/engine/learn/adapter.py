"""Trains the language model's LoRA adapter to judge candidates.

A question is a sentence followed by a candidate's title; the answer is read as the difference of the logits
of ` yes` and ` no` behind it. All candidates of a sentence share one row: an attention mask lets each see the
sentence and itself only, which is exactly what the worker computes with one sequence per candidate.
LoRA: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehrcoder.engine.learn.judge_rows import JudgeExample, JudgeRow, batches_of, pack_rows

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


REPORT_STEPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterRecipe:
    """How an adapter is trained; stored in its card."""

    rank: int = 32
    alpha: int = 64
    peak_rate: float = 8e-4
    warmup_steps: int = 20
    batch_tokens: int = 3000
    epochs: int = 2
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
        from transformers.utils import logging  # pyright: ignore[reportMissingImports]

        # Its bars and advice would stand between the lines of our own progress.
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        self._torch = torch
        self.folder = folder
        self.recipe = recipe
        self.device = device
        location = str(base.parent)
        self.tokenizer: Any = AutoTokenizer.from_pretrained(location, gguf_file=base.name)
        self.model: Any = AutoModelForCausalLM.from_pretrained(location, gguf_file=base.name, dtype=torch.bfloat16)
        self.model.to(device).requires_grad_(False)
        self.model.eval()
        self.answers = [_single_token(self.tokenizer, answer) for answer in (" yes", " no")]
        self.layers = _add_lora(self.model, recipe)

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
        rows = self.rows_of(examples)
        batches = [
            batch
            for epoch in range(self.recipe.epochs)
            for batch in batches_of(rows, self.recipe.batch_tokens, seed=self.recipe.seed + epoch)
        ]
        parameters = [p for pair in self.layers.values() for p in pair]
        optimizer = torch.optim.AdamW(parameters, lr=self.recipe.peak_rate, weight_decay=0.0)
        start = self._resume(optimizer)
        smooth, saved = 0.0, time.monotonic()
        began, tokens = time.monotonic(), 0
        for step in range(start, len(batches)):
            if should_stop():
                self._save_checkpoint(step, optimizer)
                return False
            for group in optimizer.param_groups:
                group["lr"] = self.recipe.peak_rate * _rate(step, len(batches), self.recipe.warmup_steps)
            optimizer.zero_grad(set_to_none=True)
            loss = self._loss(batches[step])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            tokens += sum(row.length for row in batches[step])
            if step % REPORT_STEPS == 0 or step == len(batches) - 1:
                # Reading the loss waits for the device, so it is not read at every step.
                now = float(loss.detach())
                smooth = now if step == start else 0.7 * smooth + 0.3 * now
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
        """Return the logit margins of every suffix of every example, in order."""
        rows = self.rows_of(examples)
        found: dict[int, list[float]] = {}
        with self._torch.no_grad():
            for batch in batches_of(rows, self.recipe.batch_tokens, seed=None):
                margins = iter(self._margins(batch).tolist())
                for row in batch:
                    found[row.number] = [next(margins) for _ in row.suffixes]
        return [found[number] if example.suffixes else [] for number, example in enumerate(examples)]

    def rows_of(self, examples: Sequence[JudgeExample]) -> list[JudgeRow]:
        """Return the tokens of every example that has a suffix."""
        prefixes = self.tokenizer([e.prefix for e in examples], add_special_tokens=True)["input_ids"]
        texts = sorted({suffix for example in examples for suffix in example.suffixes})
        split = self.tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []
        tokens = dict(zip(texts, split, strict=True))
        return [
            JudgeRow(
                number=number,
                prefix=tuple(prefix),
                suffixes=tuple(tuple(tokens[suffix]) for suffix in example.suffixes),
                supported=example.supported,
            )
            for number, (example, prefix) in enumerate(zip(examples, prefixes, strict=True))
            if example.suffixes
        ]

    def _loss(self, rows: Sequence[JudgeRow]) -> torch.Tensor:
        torch = self._torch
        labels = torch.tensor([float(label) for row in rows for label in row.supported], device=self.device)
        weight = torch.tensor(self.recipe.positive_weight, device=self.device)
        return torch.nn.functional.binary_cross_entropy_with_logits(self._margins(rows), labels, pos_weight=weight)

    def _margins(self, rows: Sequence[JudgeRow]) -> torch.Tensor:
        torch = self._torch
        packed = pack_rows(rows)
        segments = torch.from_numpy(packed.segments).to(self.device)
        order = torch.arange(segments.shape[1], device=self.device)
        # A token sees what stands before it in its own segment and in the prefix; padding sees itself only.
        same = segments[:, :, None] == segments[:, None, :]
        prefix = (segments == 0)[:, None, :] & (segments >= 0)[:, :, None]
        visible = ((same | prefix) & (order[None, :, None] >= order[None, None, :]))[:, None]
        mask = torch.zeros(visible.shape, dtype=torch.bfloat16, device=self.device)
        mask.masked_fill_(~visible, float("-inf"))
        hidden = self.model.model(
            input_ids=torch.from_numpy(packed.tokens).to(self.device),
            position_ids=torch.from_numpy(packed.positions).to(self.device),
            attention_mask={"full_attention": mask, "sliding_attention": mask},
            use_cache=False,
        ).last_hidden_state
        picked = hidden[torch.from_numpy(packed.end_rows), torch.from_numpy(packed.end_places)].float()
        logits = picked @ self.model.lm_head.weight[self.answers].float().T
        return logits[:, 0] - logits[:, 1]

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
    torch.manual_seed(recipe.seed)
    for number, block in enumerate(model.model.layers):
        for projection in _GGUF_NAMES:
            linear = block.get_submodule(projection)
            # Drawn on the processor, so that every device starts from the same numbers.
            start = torch.nn.init.kaiming_uniform_(torch.empty(recipe.rank, linear.in_features), a=math.sqrt(5))
            a = torch.nn.Parameter(start.to(linear.weight.device))
            b = torch.nn.Parameter(torch.zeros(linear.out_features, recipe.rank, device=linear.weight.device))
            linear.register_forward_hook(_lora_hook(a, b, scale))
            pairs[f"{number}/{projection}"] = (a, b)
    return pairs


def _lora_hook(a: Any, b: Any, scale: float) -> Callable[..., Any]:
    def add(_module: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        x = inputs[0]
        narrow = x @ a.to(x.dtype).T
        return output.flatten(0, -2).addmm(narrow.flatten(0, -2), (b * scale).to(x.dtype).T).view_as(output)

    return add
