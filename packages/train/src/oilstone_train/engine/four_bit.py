"""bitsandbytes' 4-bit layers on a CPU."""

from typing import Any


def layers(model: Any) -> list[Any]:
    """Return the layers that really are 4-bit. By class, not by name: PEFT's wrapper shares it."""
    from bitsandbytes.nn import Linear4bit

    return [module for module in model.modules() if isinstance(module, Linear4bit)]


def mend(model: Any) -> None:
    """Keep the weights in the layout that the backward pass reads.

    On CPUs with AVX512-BF16, bitsandbytes 0.50 repacks a layer's weights when it is evaluated; from
    then on the backward pass reads them wrongly, without an error.
    """
    for layer in layers(model):
        layer.support_avx512bf16_for_cpu = False
