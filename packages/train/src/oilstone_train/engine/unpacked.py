"""A base's network in 32-bit floats, with the weights that an adapter was trained over."""

import logging
import os
from pathlib import Path
from typing import Any

from oilstone_schemas.command import MissingTool


def load(base: Path, *, quantized: bool) -> Any:
    """Load it; `quantized`: with its NF4 weights, unpacked once and not in every pass.

    Raises MissingTool where the libraries that train are not installed.
    """
    _be_quiet()
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingTool("needs pip install 'oilstone-train[axolotl]'") from error

    transformers.utils.logging.disable_progress_bar()
    four_bit = transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )
    network = transformers.AutoModelForCausalLM.from_pretrained(
        str(base),
        dtype=torch.float32,
        attn_implementation="sdpa",
        **({"quantization_config": four_bit} if quantized else {}),
    )
    return network.dequantize() if quantized else network


def _be_quiet() -> None:
    """Let no library look for faster kernels on a model hub, or warn about what is not used."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    for name in ("torch.utils._pytree", "bitsandbytes", "transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)
