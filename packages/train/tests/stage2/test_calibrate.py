"""Keys of a trained model's states are told apart once they are calibrated."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from test_attach import SETTINGS, logits, remembering, words  # noqa: E402

from oilstone_train.stage2 import attach, calibrate  # noqa: E402


def alike(**sizes):
    """Return a model all of whose states share most of what they are, and its memory."""
    model = remembering(settings={**SETTINGS, "layers": [0], **sizes}, strong=False)
    model.model.embed_tokens.weight.data += 1.0
    (branch,) = attach.branches(model)
    return model, branch


def likeness(model, branch):
    states = model.model.layers[0].input_layernorm(model.model.embed_tokens.weight)
    keys = torch.nn.functional.normalize(branch.to_key(states), dim=-1)
    return float((keys @ keys.T).detach().abs().mean())


def test_calibrated_keys_are_less_alike():
    model, branch = alike()
    before = likeness(model, branch)
    calibrate.calibrate(model, words(rows=64).tolist())
    assert likeness(model, branch) < 0.5 * before


def test_queries_begin_as_keys():
    model, branch = alike()
    calibrate.calibrate(model, words(rows=8).tolist())
    assert torch.equal(branch.to_query.weight, branch.to_key.weight)
    assert torch.equal(branch.to_query.bias, branch.to_key.bias)


def test_calibration_changes_no_output():
    model, _ = alike()
    before = logits(model, input_ids=words())
    calibrate.calibrate(model, words(rows=8).tolist())
    assert torch.equal(logits(model, input_ids=words()), before)


def test_calibration_leaves_the_mode_and_the_memories_as_they_were():
    model, branch = alike()
    model.train()
    calibrate.calibrate(model, words(rows=8).tolist())
    assert model.training
    assert not branch.off


def test_a_value_comes_back_as_the_state_that_was_written():
    model, branch = alike(value_size=12)  # two heads: as many as the model is wide
    calibrate.calibrate(model, words(rows=64).tolist())
    states = model.model.layers[0].input_layernorm(model.model.embed_tokens.weight)
    back = branch.back(branch.to_value(states - states.mean(0)) - branch.to_value.bias)
    wanted = states - states.mean(0)
    likeness = torch.nn.functional.cosine_similarity(back, wanted, dim=-1)
    assert float(likeness.mean().detach()) > 0.99
