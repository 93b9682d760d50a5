"""llama.cpp through llama-cpp-python's low-level API; the only module that imports it."""

from __future__ import annotations

import ctypes
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

from ehrcoder.adapters.model.protocol import LlamaCancelledError, LlamaFailureError


def _bindings() -> Any:
    """Import the ctypes bindings alone.

    The package's own `__init__` would bring SQLite (diskcache), sockets (multiprocessing), numpy and jinja2 into a
    process that knows no database and no network.
    """
    spec = find_spec("llama_cpp")
    if spec is not None and "llama_cpp" not in sys.modules:
        sys.modules["llama_cpp"] = module_from_spec(spec)
    try:
        from llama_cpp import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        raise LlamaFailureError(f"llama.cpp cannot be loaded ({type(error).__name__})") from error
    _load_processors(llama_cpp)
    return llama_cpp


def _load_processors(bindings: Any) -> None:
    """Let a build for every processor choose the library for this one; a build for one processor holds it already.

    The folder is named, since llama.cpp would otherwise also look where the program was started. The functions are
    those that libllama itself is linked to: another file of the same library would be a registry of its own.
    """
    try:
        count, load = bindings._lib.ggml_backend_reg_count, bindings._lib.ggml_backend_load_all_from_path
    except AttributeError:
        # Windows looks for a function in the one library that is named, and loads no library twice.
        from llama_cpp._ggml import libggml

        count, load = libggml.ggml_backend_reg_count, libggml.ggml_backend_load_all_from_path
    if count() == 0:
        load(str(Path(bindings.__file__).parent / "lib").encode())


# ctypes pointers that may be None by their annotations; the runtime checks each where it is made.
llama: Any = _bindings()

# One sequence a candidate; llama.cpp shares the sentence's cells between them.
MOST_SEQUENCES = 64
BATCH_TOKENS = 2048
# Larger ones were not faster, and their compute buffer grows by one row of the vocabulary a token.
PHYSICAL_BATCH = 256
_YES, _NO = (" yes", "yes", "Yes", " Yes"), (" no", "no", "No", " No")
_CHAT_QUESTION = (
    "You check clinical codes. Read the sentence of a clinical note and the title of a code. Answer with one word, "
    "yes or no: do the words of the sentence support the code?\n\nSentence: "
)
_CHAT_MIDDLE, _CHAT_END = "Code title: ", "\nAnswer (yes or no):"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One question's tokens: the shared prefix and each suffix behind it."""

    prefix: list[int]
    suffixes: list[list[int]]

    @property
    def size(self) -> int:
        return len(self.prefix) + sum(map(len, self.suffixes))


class LlamaRuntime:
    """One model in one context. Every question starts from an empty memory, so answers repeat."""

    def __init__(
        self,
        *,
        model: str,
        adapter: str,
        context_size: int,
        threads: int,
        gpu_layers: int,
        should_stop: Callable[[], bool],
    ) -> None:
        llama.llama_backend_init()
        self._should_stop = should_stop
        parameters = llama.llama_model_default_params()
        self.gpu_offload = bool(llama.llama_supports_gpu_offload())
        self.gpu_layers = gpu_layers if self.gpu_offload else 0
        parameters.n_gpu_layers = 999 if self.gpu_layers < 0 else self.gpu_layers
        self._model: Any = llama.llama_model_load_from_file(model.encode(), parameters)
        if not self._model:
            raise LlamaFailureError("llama.cpp cannot load the model file")
        self._vocabulary = llama.llama_model_get_vocab(self._model)
        self.threads = threads
        self.context_size = context_size
        self._context: Any = llama.llama_init_from_model(self._model, self._context_parameters())
        if not self._context:
            raise LlamaFailureError("llama.cpp cannot make a context of this size")
        # Kept on the object: llama.cpp calls it for as long as the context lives.
        self._abort = llama.ggml_abort_callback(lambda _: self._should_stop())
        llama.llama_set_abort_callback(self._context, self._abort, ctypes.c_void_p(None))
        self.adapter_loaded = bool(adapter) and self._load_adapter(adapter)
        self._memory = llama.llama_get_memory(self._context)
        self.chat_template = self._template()
        # A fine-tuned adapter knows the bare question; an instruction model needs its template around it.
        self._chat = bool(self.chat_template) and not self.adapter_loaded
        self._yes, self._no = self._answer_tokens(_YES), self._answer_tokens(_NO)

    def _context_parameters(self) -> Any:
        parameters = llama.llama_context_default_params()
        parameters.n_ctx = self.context_size
        parameters.n_batch = min(BATCH_TOKENS, self.context_size)
        parameters.n_ubatch = min(PHYSICAL_BATCH, self.context_size)
        parameters.n_seq_max = MOST_SEQUENCES
        parameters.n_threads = parameters.n_threads_batch = self.threads
        parameters.kv_unified = True
        parameters.swa_full = True
        parameters.no_perf = True
        return parameters

    def _load_adapter(self, path: str) -> bool:
        self._adapter: Any = llama.llama_adapter_lora_init(self._model, path.encode())
        if not self._adapter:
            raise LlamaFailureError("llama.cpp cannot load the adapter for this model")
        adapters = (llama.llama_adapter_lora_p_ctypes * 1)(self._adapter)
        scales = (ctypes.c_float * 1)(1.0)
        if llama.llama_set_adapters_lora(self._context, adapters, 1, scales) != 0:
            raise LlamaFailureError("llama.cpp cannot use the adapter")
        return True

    def describe(self) -> tuple[str, int, dict[str, str], str]:
        """Return the model's description, its number of parameters, library versions and system information."""
        buffer = ctypes.create_string_buffer(256)
        llama.llama_model_desc(self._model, buffer, 256)
        system = llama.llama_print_system_info().decode("utf-8", "replace")
        return (
            buffer.value.decode("utf-8", "replace"),
            int(llama.llama_model_n_params(self._model)),
            {"llama-cpp-python": version("llama-cpp-python")},
            system,
        )

    def judge(self, items: Sequence[tuple[str, Sequence[str]]]) -> tuple[list[list[float]], list[int], list[float]]:
        """Return, for each prefix and its suffixes, the margins of yes over no, the tokens read and the seconds taken.

        The seconds are those inside llama.cpp, a batch's shared out by tokens.

        Questions are packed in the order given, so the same list of questions gives the same numbers.
        """
        margins: list[list[float]] = [[] for _ in items]
        tokens = [0] * len(items)
        seconds = [0.0] * len(items)
        pack: list[tuple[int, Packed]] = []
        room = min(BATCH_TOKENS, self.context_size)
        for number, (prefix, suffixes) in enumerate(items):
            for part in self._split(self._tokens_of(prefix, suffixes), room):
                sequences = sum(len(p.suffixes) for _, p in pack) + len(part.suffixes)
                if pack and (sequences > MOST_SEQUENCES or sum(p.size for _, p in pack) + part.size > room):
                    self._decode_pack(pack, margins, seconds)
                    pack = []
                pack.append((number, part))
                tokens[number] += part.size
        if pack:
            self._decode_pack(pack, margins, seconds)
        return margins, tokens, seconds

    def _split(self, packed: Packed, room: int) -> list[Packed]:
        """Cut a question with more suffixes than fit into several with the same prefix."""
        parts: list[Packed] = []
        current: list[list[int]] = []
        used = len(packed.prefix)
        for suffix in packed.suffixes:
            if current and (len(current) == MOST_SEQUENCES or used + len(suffix) > room):
                parts.append(Packed(prefix=packed.prefix, suffixes=current))
                current, used = [], len(packed.prefix)
            if len(packed.prefix) + len(suffix) > room:
                raise LlamaFailureError(
                    f"a question of {len(packed.prefix) + len(suffix)} tokens is longer than {room}"
                )
            current.append(suffix)
            used += len(suffix)
        if current:
            parts.append(Packed(prefix=packed.prefix, suffixes=current))
        return parts

    def _tokens_of(self, prefix: str, suffixes: Sequence[str]) -> Packed:
        if not self._chat:
            head = self._tokenize(prefix, begin=True)
            return Packed(prefix=head, suffixes=[self._tokens_of_suffix(suffix) for suffix in suffixes])
        before, after = self._around()
        head = [*before, *self._tokenize(_CHAT_QUESTION + prefix + _CHAT_MIDDLE)]
        return Packed(prefix=head, suffixes=[[*self._tokenize(s.rstrip(":") + _CHAT_END), *after] for s in suffixes])

    def _around(self) -> tuple[list[int], list[int]]:
        """Return the control tokens that the model's chat template puts before and after a person's message."""
        mark = "QUESTION"
        messages = (llama.llama_chat_message * 1)(llama.llama_chat_message(role=b"user", content=mark.encode()))
        buffer = ctypes.create_string_buffer(8192)
        size = llama.llama_chat_apply_template(self.chat_template.encode(), messages, 1, True, buffer, 8192)
        if not 0 < size < 8192:
            raise LlamaFailureError("llama.cpp does not know the model's chat template")
        before, _, after = buffer.raw[:size].decode("utf-8", "replace").partition(mark)
        return self._tokenize(before, begin=True, control=True), self._tokenize(after, control=True)

    def _tokenize(self, text: str, *, begin: bool = False, control: bool = False) -> list[int]:
        """Return the tokens of a text; only templates may become control tokens, never the text of a note."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        tokens = (llama.llama_token * room)()
        count = llama.llama_tokenize(self._vocabulary, raw, len(raw), tokens, room, begin, control)
        if count < 0:
            raise LlamaFailureError("llama.cpp cannot split the question into tokens")
        return list(tokens[:count])

    def _tokens_of_suffix(self, suffix: str) -> list[int]:
        tokens = self._tokenize(suffix)
        if not tokens:
            raise LlamaFailureError("an ending without words cannot be judged")
        return tokens

    def _answer_tokens(self, words: Sequence[str]) -> list[int]:
        """Return the tokens that mean an answer: the trained one alone, every spelling for an instruction model."""
        chosen = words if self._chat else words[:1]
        singles = [tokens[0] for word in chosen if len(tokens := self._tokenize(word)) == 1]
        if not singles:
            raise LlamaFailureError(f"the model has no single token for {words[0]!r}, so it cannot judge")
        return sorted(set(singles))

    def _decode_pack(
        self, pack: Sequence[tuple[int, Packed]], margins: list[list[float]], seconds: list[float]
    ) -> None:
        if self._should_stop():
            raise LlamaCancelledError
        llama.llama_memory_clear(self._memory, True)
        total = sum(packed.size for _, packed in pack)
        batch = llama.llama_batch_init(total, 0, MOST_SEQUENCES)
        try:
            ends = _fill(batch, pack)
            began = time.monotonic()
            self._decode(batch)
            for number, place in ends:
                margins[number].append(self._margin(place))
            spent = time.monotonic() - began
            for number, packed in pack:
                seconds[number] += spent * packed.size / total
        finally:
            llama.llama_batch_free(batch)

    def _decode(self, batch: Any) -> None:
        status = llama.llama_decode(self._context, batch)
        if status == 2 or (status != 0 and self._should_stop()):
            raise LlamaCancelledError
        if status != 0:
            raise LlamaFailureError(f"llama.cpp could not decode (status {status})")

    def _margin(self, place: int) -> float:
        logits = llama.llama_get_logits_ith(self._context, place)
        return round(_log_sum([logits[t] for t in self._yes]) - _log_sum([logits[t] for t in self._no]), 3)

    def complete(self, prompt: str, *, grammar: str | None, max_tokens: int, as_message: bool) -> str:
        """Return the greedy completion; raises LlamaFailureError when it does not end within `max_tokens`."""
        if as_message and not self.chat_template:
            raise LlamaFailureError("the model has no chat template")
        if as_message:
            before, after = self._around()
            tokens = [*before, *self._tokenize(prompt), *after]
        else:
            tokens = self._tokenize(prompt, begin=True)
        if len(tokens) + max_tokens > self.context_size or len(tokens) > BATCH_TOKENS:
            raise LlamaFailureError(f"the prompt of {len(tokens)} tokens leaves no room for an answer")
        llama.llama_memory_clear(self._memory, True)
        sampler = self._sampler(grammar)
        try:
            return self._generate(sampler, tokens, max_tokens)
        finally:
            llama.llama_sampler_free(sampler)

    def _sampler(self, grammar: str | None) -> Any:
        chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        if grammar is not None:
            constraint = llama.llama_sampler_init_grammar(self._vocabulary, grammar.encode(), b"root")
            if not constraint:
                llama.llama_sampler_free(chain)
                raise LlamaFailureError("llama.cpp does not accept the grammar")
            llama.llama_sampler_chain_add(chain, constraint)
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_greedy())
        return chain

    def _generate(self, sampler: Any, tokens: list[int], max_tokens: int) -> str:
        pieces: list[bytes] = []
        for _ in range(max_tokens + 1):
            if self._should_stop():
                raise LlamaCancelledError
            array = (llama.llama_token * len(tokens))(*tokens)
            self._decode(llama.llama_batch_get_one(array, len(tokens)))
            token = llama.llama_sampler_sample(sampler, self._context, -1)
            if llama.llama_vocab_is_eog(self._vocabulary, token):
                return b"".join(pieces).decode("utf-8", "replace")
            pieces.append(self._piece(token))
            tokens = [token]
        raise LlamaFailureError(f"the answer did not end within {max_tokens} tokens")

    def _piece(self, token: int) -> bytes:
        buffer = (ctypes.c_char * 256)()
        size = llama.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, False)
        return bytes(buffer[: max(0, size)])

    def _template(self) -> str:
        template = llama.llama_model_chat_template(self._model, None)
        return template.decode("utf-8", "replace") if template else ""


def _fill(batch: Any, pack: Sequence[tuple[int, Packed]]) -> list[tuple[int, int]]:
    """Write questions into a batch: a prefix belongs to the sequences of all its suffixes at once.

    Returns, for each suffix in order, its question's number and the place of its last token.
    """
    place, first = 0, 0
    ends: list[tuple[int, int]] = []

    def put(token: int, position: int, sequences: range, *, wanted: bool) -> None:
        nonlocal place
        batch.token[place] = token
        batch.pos[place] = position
        batch.n_seq_id[place] = len(sequences)
        for n, sequence in enumerate(sequences):
            batch.seq_id[place][n] = sequence
        batch.logits[place] = wanted
        place += 1

    for number, packed in pack:
        everyone = range(first, first + len(packed.suffixes))
        for position, token in enumerate(packed.prefix):
            put(token, position, everyone, wanted=False)
        for sequence, suffix in zip(everyone, packed.suffixes, strict=True):
            for offset, token in enumerate(suffix):
                is_last = offset == len(suffix) - 1
                put(token, len(packed.prefix) + offset, range(sequence, sequence + 1), wanted=is_last)
            ends.append((number, place - 1))
        first += len(packed.suffixes)
    batch.n_tokens = place
    return ends


def _log_sum(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))
