"""A local model in memory: the base as the recipe wants its weights, the adapter merged in."""

import logging
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oilstone_eval.generate import loaders
from oilstone_eval.generate.subject import Subject
from oilstone_schemas.command import MissingTool, say

BLOCK = 64


@dataclass(frozen=True)
class Model:
    """A transformers model and its tokenizer, ready to generate."""

    network: Any
    tokenizer: Any
    device: str

    @property
    def ends(self) -> list[int]:
        """The tokens at which an answer is over."""
        configured = self.network.generation_config.eos_token_id
        several = configured if isinstance(configured, list) else [configured]
        found = {self.tokenizer.eos_token_id, *several} - {None}
        return sorted(found)

    @property
    def context(self) -> int:
        """How many tokens a prompt and its answer may have together."""
        return int(self.network.config.max_position_embeddings)


def load(subject: Subject, recipe: Mapping[str, Any], seed: int) -> Model:
    """Load, quantize and merge; all arithmetic in 32-bit floats. Raises MissingTool."""
    torch, transformers = _libraries(recipe)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.manual_seed(seed)
    folder = str(subject.base.folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True
    )
    if recipe["quantization"] == "nf4":
        round_to_nf4(network)
    if subject.adapter:
        import peft

        loaders.prepare(network, subject.adapter)
        wrapped = peft.PeftModel.from_pretrained(network, str(subject.adapter.folder))
        network = wrapped.merge_and_unload()
    return Model(network.to(recipe["device"]).eval(), tokenizer, recipe["device"])


def _libraries(recipe: Mapping[str, Any]) -> tuple[Any, Any]:
    say("loading torch and the model")
    # Nothing here needs a model hub, and these loggers warn about what we do not use.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    for name in ("torch.utils._pytree", "bitsandbytes"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            # bitsandbytes looks for faster kernels on a model hub and misses them.
            warnings.simplefilter("ignore")
            import bitsandbytes  # noqa: F401 - what is missing should show before the long load
            import peft  # noqa: F401
            import torch
            import transformers
    except ImportError as error:
        raise MissingTool(
            f"{error.name} is not installed, which local models need."
            " Install it: pip install 'oilstone-eval[local]'"
        ) from error
    if recipe["device"] == "cuda" and not torch.cuda.is_available():
        raise MissingTool("no CUDA device here; use --set generation.device=cpu")
    return torch, transformers


def round_to_nf4(network: Any) -> None:
    """Round every linear layer but the output head to NF4 with double quantization, and back.

    These are the very weights that QLoRA training computes with; dequantized once, a forward pass
    on a CPU is several times faster than one that dequantizes at every step.
    """
    import torch
    from bitsandbytes import functional

    head = network.get_output_embeddings()
    for module in network.modules():
        if isinstance(module, torch.nn.Linear) and module is not head:
            packed, state = functional.quantize_4bit(
                module.weight.data, blocksize=BLOCK, compress_statistics=True, quant_type="nf4"
            )
            module.weight.data = functional.dequantize_4bit(packed, state)
