"""A base with an adapter's update added to its weights: one model, served without adapters."""

import logging
import os
from pathlib import Path
from typing import Any

from oilstone_train import handover


def write(base: Path, adapter: Path, out: Path, *, quantized: bool, dtype: str) -> dict[str, Any]:
    """Write the merged model's weights and configuration; return what its manifest is to tell.

    `quantized`: the adapter was trained over the base's NF4 weights, so it is these that it is
    added to, dequantized. `dtype`: of the weights that are written. The loss is measured as they
    are.
    """
    _be_quiet()
    import torch
    import transformers

    from oilstone_train.engine.handover import loss

    model = _added(base, adapter, quantized).to(getattr(torch, dtype))
    model.save_pretrained(out)
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(base))
    return {
        "handover_loss": loss(model.eval(), tokenizer, adapter / handover.ROWS),
        "parameters": sum(weight.numel() for weight in model.parameters()),
    }


def _added(base: Path, adapter: Path, quantized: bool) -> Any:
    import peft
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    four_bit = transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )
    more = {"quantization_config": four_bit} if quantized else {}
    model = transformers.AutoModelForCausalLM.from_pretrained(
        str(base), dtype=torch.float32, **more
    )
    if quantized:
        model = model.dequantize()
    return peft.PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()


def _be_quiet() -> None:
    """Let no library look for faster kernels on a model hub, or warn about what is not used."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    for name in ("torch.utils._pytree", "bitsandbytes", "transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)
