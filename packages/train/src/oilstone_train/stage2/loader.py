"""The entry point by which others load an adapter with memories."""

import json
from pathlib import Path
from typing import Any

from oilstone_train import layout
from oilstone_train.stage2 import attach


def prepare(network: Any, adapter: Path) -> None:
    """Give a base model the memories that the adapter in this folder has weights for.

    To be called when the base has its final weights (quantized, rounded), and before PEFT loads
    the adapter.
    """
    attach.attach(network, json.loads((adapter / layout.SHAPE).read_text(encoding="utf-8")))
