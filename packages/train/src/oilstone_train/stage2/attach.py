"""Puts memories beside the decoder layers of a Hugging Face causal language model.

Works for the Llama, Mistral and Qwen families: layers in `model.layers`, each with an
`input_layernorm`. Attention sees a window of tokens; what lies beyond is the memories' business.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

from oilstone_schemas.command import OilstoneError
from oilstone_train.stage2 import carried
from oilstone_train.stage2.branch import Branch

NAME = "memory_branch"  # the submodule of a decoder layer; PEFT's `modules_to_save` names it


def attach(model: Any, settings: Mapping[str, Any]) -> None:
    """Give the layers `settings["layers"]` a memory each, and every layer a window.

    At first the model's outputs change by nothing but the window. Raises OilstoneError for a model
    that is built in another way.
    """
    trunk = model.get_decoder() if hasattr(model, "get_decoder") else model
    layers = getattr(trunk, "layers", None)
    if layers is None or not all(hasattr(layer, "input_layernorm") for layer in layers):
        raise OilstoneError(
            f"memory: {type(model).__name__} has no model.layers with input_layernorm;"
            " memories fit the Llama, Mistral and Qwen families"
        )
    unknown = sorted(set(settings["layers"]) - set(range(len(layers))))
    if unknown:
        raise OilstoneError(
            f"memory.layers: {unknown} of a model with layers 0 to {len(layers) - 1}"
        )
    batch = Batch()
    trunk.register_forward_pre_hook(batch.see, with_kwargs=True)
    for index, layer in enumerate(layers):
        if settings["window"]:
            layer.register_forward_pre_hook(_Window(settings["window"]), with_kwargs=True)
        if index in settings["layers"]:
            made = Branch(model.config.hidden_size, settings)
            layer.add_module(NAME, made.to(_device(layer)))
            layer.register_forward_hook(_Beside(index, batch), with_kwargs=True)


def branches(model: Any) -> list[Branch]:
    """Return all memories of a model: with PEFT around it, those that it trains."""
    from peft.utils import ModulesToSaveWrapper

    found = []
    for name, module in model.named_modules():
        if name.rpartition(".")[2] == NAME:
            wrapped = isinstance(module, ModulesToSaveWrapper)
            found.append(module.modules_to_save[module.active_adapters[0]] if wrapped else module)
    return found


def set_chunk(model: Any, chunk: int) -> None:
    """Set how many tokens take their gradient at one memory; from the next forward pass on."""
    for branch in branches(model):
        branch.chunk = chunk


@contextmanager
def chunks_of(model: Any, chunk: int | None) -> Iterator[None]:
    """Run the model at another chunk size; None: at its own."""
    before = [branch.chunk for branch in branches(model)]
    if chunk:
        set_chunk(model, chunk)
    try:
        yield
    finally:
        for branch, own in zip(branches(model), before, strict=True):
            branch.chunk = own


@contextmanager
def switched_off(model: Any) -> Iterator[None]:
    """Run the model without what its memories add; they are neither written nor read."""
    for branch in branches(model):
        branch.off = True
    try:
        yield
    finally:
        for branch in branches(model):
            branch.off = False


class Batch:
    """What a layer is not told: which tokens of the batch are padding."""

    mask: Any = None

    def see(self, module: Any, args: Any, kwargs: Mapping[str, Any]) -> None:
        """Keep the two-dimensional mask of the forward pass that begins."""
        mask = kwargs.get("attention_mask")
        self.mask = mask if mask is not None and mask.dim() == 2 else None


class _Window:
    """Hides from a layer's attention what is `window` tokens back, or more."""

    def __init__(self, window: int) -> None:
        self.window = window

    def __call__(self, layer: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        mask, hidden = kwargs.get("attention_mask"), args[0] if args else kwargs["hidden_states"]
        tokens, known = hidden.shape[1], _known(kwargs.get("past_key_values"), layer)
        if mask is not None and mask.dim() != 4:
            raise OilstoneError("memory.window: set attn_implementation to sdpa or eager")
        total = known + tokens if mask is None else mask.shape[-1]
        rows = torch.arange(known, known + tokens, device=hidden.device)[:, None]
        columns = torch.arange(known + tokens - total, known + tokens, device=hidden.device)
        near = (columns <= rows) & (columns > rows - self.window)
        kwargs["attention_mask"] = _narrowed(mask, near[None, None], hidden.dtype)
        return args, kwargs


def _known(cache: Any, layer: Any) -> int:
    """Return how many tokens a generation cache holds already."""
    return 0 if cache is None else int(cache.get_seq_length(layer.self_attn.layer_idx))


def _narrowed(mask: Any, near: Any, dtype: Any) -> Any:
    lowest = torch.finfo(dtype).min
    if mask is None:
        return torch.zeros_like(near, dtype=dtype).masked_fill(~near, lowest)
    if mask.dtype == torch.bool:
        return mask & near
    return mask.masked_fill(~near, lowest)


class _Beside:
    """Adds to a layer's output what its memory reads. Pure: checkpointing runs it again."""

    def __init__(self, index: int, batch: Batch) -> None:
        self.index, self.batch = index, batch

    def __call__(self, layer: Any, args: Any, kwargs: Mapping[str, Any], output: Any) -> Any:
        memory = getattr(layer, NAME)  # looked up now: PEFT wraps it later
        if _trained(memory).off:
            return output
        hidden = args[0] if args else kwargs["hidden_states"]
        cache = kwargs.get("past_key_values")
        kept = {} if cache is None else carried.of(cache)
        ids = kwargs["position_ids"]
        added, after = memory(
            layer.input_layernorm(hidden), ids, self.batch.mask, kept.get(self.index)
        )
        if cache is not None:
            kept[self.index] = after
        if isinstance(output, tuple):
            return (output[0] + added, *output[1:])
        return output + added


def _trained(memory: Any) -> Branch:
    from peft.utils import ModulesToSaveWrapper

    if isinstance(memory, ModulesToSaveWrapper):
        return memory.modules_to_save[memory.active_adapters[0]]  # type: ignore[no-any-return]
    return memory  # type: ignore[no-any-return]


def _device(layer: Any) -> Any:
    return next(layer.parameters()).device
