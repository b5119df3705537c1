"""A base with an adapter's update added to its weights: one model, served without adapters."""

from pathlib import Path
from typing import Any

from oilstone_train import handover
from oilstone_train.engine import unpacked


def write(base: Path, adapter: Path, out: Path, *, quantized: bool, dtype: str) -> dict[str, Any]:
    """Write the merged model's weights and configuration; return what its manifest is to tell.

    `quantized`: the adapter was trained over the base's NF4 weights, so it is these that it is
    added to, dequantized. `dtype`: of the weights that are written. The loss is measured as they
    are.
    """
    network = unpacked.load(base, quantized=quantized)
    import peft
    import torch
    import transformers

    from oilstone_train.engine.handover import loss

    model = peft.PeftModel.from_pretrained(network, str(adapter)).merge_and_unload()
    model = model.to(getattr(torch, dtype))
    model.save_pretrained(out)
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(base))
    return {
        "handover_loss": loss(model.eval(), tokenizer, adapter / handover.ROWS),
        "parameters": sum(weight.numel() for weight in model.parameters()),
    }
