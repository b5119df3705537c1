"""Memories beside the layers of real (tiny) models of three families."""

import copy
import json
from importlib.metadata import entry_points

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
peft = pytest.importorskip("peft")

from oilstone_schemas.command import OilstoneError  # noqa: E402
from oilstone_train import layout, phase  # noqa: E402
from oilstone_train.stage2 import attach  # noqa: E402

SIZES = {"heads": 2, "key_size": 8, "value_size": 6, "taps": 2, "rate": 1.0}
BARE = {"omega_window": 1, "query_projection": None}
SETTINGS = {**SIZES, **BARE, "layers": [1], "window": 5}
RICH = {**SETTINGS, "omega_window": 3, "query_projection": {"decay": 0.95, "persistent": 0.1}}
FAMILIES = ["Llama", "Mistral", "Qwen2", "Qwen3"]


def plain(family="Llama", **more):
    torch.manual_seed(0)
    config = getattr(transformers, f"{family}Config")(
        vocab_size=50, hidden_size=24, intermediate_size=32, num_hidden_layers=2, head_dim=12,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=128, **more,
    )  # fmt: skip
    return getattr(transformers, f"{family}ForCausalLM")(config).double().eval()


def remembering(family="Llama", settings=SETTINGS, strong=True, **more):
    model = plain(family, **more)
    attach.attach(model, settings)
    model.double()
    if strong:
        for branch in attach.branches(model):
            torch.manual_seed(1)
            torch.nn.init.normal_(branch.scale)
            torch.nn.init.normal_(branch.to_rate.weight)
    return model


def words(rows=2, length=40, seed=0):
    torch.manual_seed(seed)
    return torch.randint(0, 50, (rows, length))


def logits(model, **given):
    with torch.no_grad():
        return model(**given).logits


@pytest.mark.parametrize("chosen", [SETTINGS, RICH], ids=["bare", "rich"])
@pytest.mark.parametrize("family", FAMILIES)
def test_at_first_nothing_changes(family, chosen):
    settings = {**chosen, "window": None}
    asked = {"input_ids": words()}
    expected = logits(plain(family), **asked)
    assert torch.equal(logits(remembering(family, settings, strong=False), **asked), expected)


def test_what_a_memory_reads_changes_the_output():
    asked = {"input_ids": words()}
    expected = logits(remembering(strong=False), **asked)
    assert (logits(remembering(), **asked) - expected).abs().max() > 1e-2


def test_beyond_the_window_only_a_memory_sees():
    model, asked = remembering(), words(rows=1)
    other = asked.clone()
    other[0, 3] = (other[0, 3] + 1) % 50
    with attach.switched_off(model):
        apart = (logits(model, input_ids=asked) - logits(model, input_ids=other))[0, -1].abs().max()
    assert apart == 0
    assert (logits(model, input_ids=asked) - logits(model, input_ids=other))[0, -1].abs().max() > 0


@pytest.mark.parametrize("settings", [SETTINGS, RICH], ids=["bare", "rich"])
@pytest.mark.parametrize("chunk", [1, 8])
@pytest.mark.parametrize("family", FAMILIES)
def test_step_by_step_gives_the_logits_of_the_full_pass(family, chunk, settings):
    model, asked = remembering(family, settings), words()
    attach.set_chunk(model, chunk)
    whole, cache, found = logits(model, input_ids=asked), transformers.DynamicCache(), []
    with torch.no_grad():
        found.append(model(input_ids=asked[:, :17], past_key_values=cache).logits)
        for t in range(17, 40):
            found.append(model(input_ids=asked[:, t : t + 1], past_key_values=cache).logits)
    assert (torch.cat(found, dim=1) - whole).abs().max() < 1e-10


@pytest.mark.parametrize("settings", [SETTINGS, RICH], ids=["bare", "rich"])
def test_left_padding_changes_nothing(settings):
    model, asked = remembering(settings=settings), words(rows=1, length=30)
    padded = torch.cat([torch.zeros(1, 9, dtype=torch.long), asked], dim=1)
    mask = torch.ones_like(padded)
    mask[:, :9] = 0
    ids = (mask.cumsum(1) - 1).masked_fill(mask == 0, 1)
    found = logits(model, input_ids=padded, attention_mask=mask, position_ids=ids)[:, 9:]
    assert (found - logits(model, input_ids=asked)).abs().max() < 1e-10


def test_generate_answers_left_padded_rows_as_if_each_were_alone():
    model, asked = remembering(), words(rows=2, length=20)
    mask = torch.ones_like(asked)
    mask[0, :6] = 0
    kwargs = {"max_new_tokens": 12, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    both = model.generate(input_ids=asked, attention_mask=mask, **kwargs)[:, 20:]
    for row, start in ((0, 6), (1, 0)):
        alone = asked[row : row + 1, start:]
        given = {"input_ids": alone, "attention_mask": torch.ones_like(alone)}
        assert torch.equal(model.generate(**given, **kwargs)[0, 20 - start :], both[row])


@pytest.mark.parametrize("settings", [SETTINGS, RICH], ids=["bare", "rich"])
@pytest.mark.parametrize("chunk", [1, 8])
def test_packed_documents_give_the_logits_of_each_alone(chunk, settings):
    model = remembering(settings=settings, attn_implementation="sdpa")
    attach.set_chunk(model, chunk)
    first, second = words(1, 13, seed=1), words(1, 22, seed=2)
    ids = torch.tensor([[*range(13), *range(22)]])
    given = {"position_ids": ids, "use_cache": False}  # with a cache, attention would not part them
    packed = logits(model, input_ids=torch.cat([first, second], dim=1), **given)
    alone = torch.cat([logits(model, input_ids=first), logits(model, input_ids=second)], dim=1)
    assert (packed - alone).abs().max() < 1e-10


@pytest.mark.parametrize("settings", [SETTINGS, RICH], ids=["bare", "rich"])
def test_rows_leave_the_cache_with_their_memories(settings):
    model, asked = remembering(settings=settings), words(rows=3)
    cache = transformers.DynamicCache()
    logits(model, input_ids=asked[:, :30], past_key_values=cache)
    cache.batch_select_indices(torch.tensor([2, 0]))
    found = logits(model, input_ids=asked[[2, 0], 30:], past_key_values=cache)
    assert (found - logits(model, input_ids=asked)[[2, 0], 30:]).abs().max() < 1e-10


def test_a_cache_carries_as_much_after_many_tokens_as_after_few():
    model, sizes = remembering(settings=RICH), []
    cache = transformers.DynamicCache()
    for part in words(rows=1, length=100).split(20, dim=1):
        logits(model, input_ids=part, past_key_values=cache)
        kept = cache._oilstone_memory[1]
        state, more = kept.memory, (kept.features, kept.keys, kept.written)
        sizes.append([tensor.numel() for tensor in (state.now, state.frozen, *more)])
    assert sizes[1:] == sizes[:-1]


def test_gradients_are_the_same_with_checkpointing():
    def slopes(checkpointing):
        model = remembering().train()
        if checkpointing:
            options = {"use_reentrant": False}
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs=options)
        model(input_ids=words(), labels=words(), use_cache=False).loss.backward()
        return [p.grad for p in model.parameters()]

    assert all(torch.equal(a, b) for a, b in zip(slopes(False), slopes(True), strict=True))


def test_peft_trains_and_saves_and_loads_the_memory(tmp_path):
    config = peft.LoraConfig(
        r=2, target_modules=["q_proj", "v_proj"], modules_to_save=[attach.NAME]
    )
    model = peft.get_peft_model(remembering(strong=False), config).double()
    (branch,) = attach.branches(model)
    assert all(p.requires_grad for p in branch.parameters())
    torch.nn.init.normal_(branch.scale)
    expected = logits(model, input_ids=words())
    model.save_pretrained(tmp_path, save_embedding_layers=False)
    again = peft.PeftModel.from_pretrained(by_entry_point(tmp_path), tmp_path).double().eval()
    assert torch.equal(logits(again, input_ids=words()), expected)


def by_entry_point(folder):
    """Build what an adapter's weights need, as a package does that knows its loader's name."""
    (folder / layout.SHAPE).write_text(json.dumps(SETTINGS))
    (found,) = entry_points(group="oilstone.adapter_loaders", name=phase.LOADER)
    model = plain()
    found.load()(model, folder)
    return model.double()


def test_a_merged_model_keeps_its_memory():
    config = peft.LoraConfig(r=2, target_modules=["q_proj"], modules_to_save=[attach.NAME])
    model = peft.get_peft_model(remembering(), config).double().eval()
    expected = logits(copy.deepcopy(model), input_ids=words())
    assert (logits(model.merge_and_unload(), input_ids=words()) - expected).abs().max() < 1e-10


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(OilstoneError, match=r"memory\.layers"):
        attach.attach(plain(), {**SETTINGS, "layers": [2]})


def test_a_model_built_otherwise_is_refused():
    config = transformers.GPT2Config(vocab_size=50, n_embd=24, n_layer=1, n_head=2)
    with pytest.raises(OilstoneError, match="Llama"):
        attach.attach(transformers.GPT2LMHeadModel(config), SETTINGS)
