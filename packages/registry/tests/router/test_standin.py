"""The stand-in for vLLM: it answers, streams, loads, and fails as it is told."""

import http.client
import json
import urllib.error
import urllib.request

import pytest

CHAT = {"messages": [{"role": "user", "content": "hi"}]}


def adapter(root, content):
    folder = root / content
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_text(content)
    return str(folder)


def load(standin, name, path):
    return standin.call("/v1/load_lora_adapter", {"lora_name": name, "lora_path": path})


def said(standin, model, **more):
    answer = standin.call("/v1/chat/completions", {"model": model} | CHAT | more)
    return answer["choices"][0]["message"]["content"]


def streamed(standin, model="standin", **more):
    """Return the objects of a stream."""
    body = json.dumps({"model": model, "stream": True} | CHAT | more)
    request = urllib.request.Request(f"{standin.url}/v1/chat/completions", body.encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        lines = answer.read().split(b"\n\n")
    assert lines[-2:] == [b"data: [DONE]", b""]
    return [json.loads(one.removeprefix(b"data: ")) for one in lines[:-2]]


def status(found):
    with pytest.raises(urllib.error.HTTPError) as error:
        found()
    error.value.close()
    return error.value.code


def test_another_adapter_answers_otherwise_and_the_same_one_the_same(standin, root):
    load(standin, "one", adapter(root, "one"))
    load(standin, "two", adapter(root, "two"))
    answers = [said(standin, name) for name in ("one", "two", "standin", "one")]
    assert (len(set(answers)), answers[0]) == (3, answers[3])


def test_a_loaded_adapter_is_listed_with_its_parent_and_an_unloaded_one_is_not(standin, root):
    load(standin, "one", path := adapter(root, "one"))
    cards = standin.call("/v1/models")["data"]
    standin.call("/v1/unload_lora_adapter", {"lora_name": "one"})
    left = [card["id"] for card in standin.call("/v1/models")["data"]]
    told = [(card["id"], card["root"], card["parent"]) for card in cards]
    assert told == [("standin", "standin", None), ("one", path, "standin")]
    assert left == ["standin"]


def test_what_cannot_be_loaded_or_is_not_loaded_is_an_error_as_vllm_gives_it(standin, root):
    load(standin, "one", path := adapter(root, "one"))
    assert status(lambda: load(standin, "one", path)) == 400
    assert status(lambda: load(standin, "two", str(root / "nothing"))) == 404
    assert status(lambda: said(standin, "two")) == 404


def test_a_stream_holds_the_same_text_as_a_whole_answer(standin):
    chunks = streamed(standin, stream_options={"include_usage": True})
    text = "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks[:-1])
    assert text == said(standin, "standin")
    assert chunks[-1]["usage"]["completion_tokens"] == len(chunks) - 3


def test_an_adapter_can_be_listed_and_yet_the_base_answers(standin, root):
    standin.faults({"serves": "base"})
    load(standin, "one", adapter(root, "one"))
    assert said(standin, "one") == said(standin, "standin")


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"garbage": True}, http.client.BadStatusLine),
        ({"cut_after": 2}, http.client.IncompleteRead),
    ],
)
def test_garbage_and_half_streams_look_like_it(standin, fault, seen):
    standin.faults(fault)
    with pytest.raises(seen):
        streamed(standin)


def test_a_fault_can_be_every_third_request_of_one_model(standin):
    standin.faults({"model": "standin", "every": 3, "status": 503})
    assert said(standin, "standin") == said(standin, "standin")
    assert status(lambda: said(standin, "standin")) == 503
    assert said(standin, "standin")


def test_its_log_tells_what_was_asked_of_whom(standin):
    said(standin, "standin")
    assert standin.log["asked"]["standin"]["count"] == 1
