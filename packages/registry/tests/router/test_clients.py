"""Clients that people use, unchanged: OpenAI's own, and curl."""

import json
import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def client(halves):
    openai = pytest.importorskip("openai", reason="a tool of the workspace")
    base = f"http://127.0.0.1:{halves.port}/v1"
    with openai.OpenAI(base_url=base, api_key=halves.keys["inference"], max_retries=0) as made:
        yield made


ASKED = {"model": "rust-tiny", "messages": [{"role": "user", "content": "Answer with:\nfn main()"}]}


def test_openai_gets_an_answer(client):
    assert "fn main()" in client.chat.completions.create(**ASKED).choices[0].message.content


def test_openai_gets_the_same_answer_as_a_stream(client):
    parts = client.chat.completions.create(**ASKED, stream=True)
    said = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    assert "fn main()" in said


def test_openai_completes_a_prompt(client):
    found = client.completions.create(model="rust-tiny", prompt="Answer with:\nfn main()")
    assert "fn main()" in found.choices[0].text


def test_openai_lists_the_specialists(client):
    assert [one.id for one in client.models.list()] == ["rust-tiny"]


def test_openai_knows_our_errors(client):
    import openai

    with pytest.raises(openai.NotFoundError) as found:
        client.chat.completions.create(model="nobody", messages=[])
    assert found.value.code == "model_not_found"
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="osk-00000000-x").models.list()


def test_openai_reaches_the_headers_of_the_assignment(client, halves):
    answer = client.chat.completions.with_raw_response.create(**ASKED)
    assert answer.headers["x-arm"] in ("control", "candidate")
    status, said = halves.report(1, assignment=answer.headers["x-assignment"])
    assert (status, said) == (200, {"result": "new"})


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("words", [(), ("--http1.0",), ("-H", "Expect: 100-continue"),
                                   ("-H", "Transfer-Encoding: chunked")])  # fmt: skip
def test_curl_gets_an_answer(halves, words):
    url = f"http://127.0.0.1:{halves.port}/v1/chat/completions"
    bearer = f"authorization: Bearer {halves.keys['inference']}"
    for more, last in (({}, b"}"), ({"stream": True}, b"[DONE]")):
        command = ["curl", "-sSN", "--fail", *words, "-H", bearer, "-d", json.dumps(ASKED | more)]
        done = subprocess.run([*command, url], capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip().endswith(last)
