"""Looks into a phase's work folder with Axolotl's eyes; writes what it saw as JSON on stdout.

Run with the environment of a worker, in a folder that holds axolotl.yaml, data/ and base.
"""

import json
from typing import Any


def main() -> None:
    from axolotl.cli.config import load_cfg
    from axolotl.common.datasets import load_datasets
    from axolotl.loaders import ModelLoader, load_tokenizer

    cfg = load_cfg("axolotl.yaml")
    tokenizer = load_tokenizer(cfg)
    data = load_datasets(cfg=cfg).train_dataset
    model, _ = ModelLoader(cfg, tokenizer).load()
    seen = {"learned": learned(tokenizer, data), **isolation(model, data), **gradients(model, data)}
    seen["requantized"] = requantized(model, tokenizer)
    print("PROBE" + json.dumps(seen))


def learned(tokenizer: Any, data: Any) -> list[dict[str, str]]:
    """Return the text of some rows, and the text that carries loss."""
    return [
        {
            "text": tokenizer.decode(found["input_ids"]),
            "learned": tokenizer.decode([label for label in found["labels"] if label != -100]),
        }
        for found in (data[n] for n in range(8))
    ]


def isolation(model: Any, data: Any) -> dict[str, float]:
    """Return how much the logits of a row change when another stands before it in its pack."""
    import torch

    first, second = (torch.tensor([data[n]["input_ids"]]) for n in (0, 1))
    places = [torch.arange(part.shape[1])[None] for part in (first, second)]
    model.eval()
    with torch.no_grad():
        alone = model(input_ids=second, position_ids=places[1]).logits
        packed = model(
            input_ids=torch.cat([first, second], 1), position_ids=torch.cat(places, 1)
        ).logits
    return {"leak": float((packed[:, first.shape[1] :] - alone).abs().max())}


def gradients(model: Any, data: Any) -> dict[str, Any]:
    """Return the distance to a dequantized model's gradients, before and after evaluating."""
    from oilstone_train.engine import four_bit

    layers = len(four_bit.layers(model))
    size = max(float(g.abs().max()) for g in gradient(reference(model), data).values())
    before = gradient(model, data)
    evaluate(model, data)
    after = gradient(model, data)
    exact = gradient(reference(model), data)
    distance = {
        name: max(float((found[key] - exact[key]).abs().max()) for key in exact)
        for name, found in (("before", before), ("after", after))
    }
    return {"four_bit_layers": layers, "gradient": size, "distance": distance}


def batch(data: Any) -> dict[str, Any]:
    import torch

    return {key: torch.tensor([data[0][key]]) for key in ("input_ids", "labels")}


def gradient(model: Any, data: Any) -> dict[str, Any]:
    """Return the gradient of every adapter weight, by name."""
    import torch

    torch.manual_seed(0)
    model.train()
    model.zero_grad()
    model(**batch(data)).loss.backward()
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def evaluate(model: Any, data: Any) -> None:
    import torch

    model.eval()
    with torch.no_grad():
        model(**batch(data))


def reference(model: Any) -> Any:
    """Return a copy with a plain layer, of dequantized weights, for every 4-bit one."""
    import copy

    import torch
    from bitsandbytes.functional import dequantize_4bit

    from oilstone_train.engine import four_bit

    twin = copy.deepcopy(model)
    for name, layer in list(twin.named_modules()):
        if layer in four_bit.layers(twin):
            plain = torch.nn.Linear(layer.in_features, layer.out_features, bias=False)
            weight = dequantize_4bit(layer.weight.data, layer.weight.quant_state)
            plain.weight = torch.nn.Parameter(weight.float(), requires_grad=False)
            above, _, last = name.rpartition(".")
            setattr(twin.get_submodule(above), last, plain)
    assert not four_bit.layers(twin)
    return twin


def requantized(model: Any, tokenizer: Any) -> float:
    """Return how much the hand-over loss changes when the adapter is merged into NF4 weights."""
    import torch
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit

    from oilstone_train import layout
    from oilstone_train.engine.handover import loss

    torch.manual_seed(0)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.02)
    before = loss(model, tokenizer, layout.EVAL)
    merged = reference(model)
    for layer in [module for module in merged.modules() if hasattr(module, "lora_B")]:
        weight = layer.base_layer.weight.data + layer.get_delta_weight("default")
        packed, state = quantize_4bit(weight, blocksize=64, quant_type="nf4")
        layer.base_layer.weight.data = dequantize_4bit(packed, state).float()
        torch.nn.init.zeros_(layer.lora_B["default"].weight)
    return abs(loss(merged, tokenizer, layout.EVAL) - before)


if __name__ == "__main__":
    main()
