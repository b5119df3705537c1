"""Shadow mode: copies go to a version that nobody gets answers from."""


def test_a_shadow_gets_copies_and_its_answers_reach_nobody(sqlite, standin, front):
    sqlite.production("old")
    version = sqlite.gated("new")["version"]
    serve = front(sqlite, standin.url, words=("--shadow", f"rust-tiny@{version}")).ready()
    serve.wait(lambda: serve.log.read_text().count('"adapter_ready"') == 2)
    shadow = next(name for name in standin.log["adapters"] if version in name)
    before = standin.log["asked"][shadow]["count"]
    seen = {serve.ask()[1]["x-adapter-version"] for _ in range(10)}
    assert seen == {"rust-tiny@0.1.0"}
    serve.wait(lambda: standin.log["asked"][shadow]["count"] >= before + 10)


def test_a_shadow_that_fails_harms_nobody(sqlite, standin, front):
    sqlite.production("old")
    version = sqlite.gated("new")["version"]
    serve = front(sqlite, standin.url, words=("--shadow", f"rust-tiny@{version}")).ready()
    serve.wait(lambda: serve.log.read_text().count('"adapter_ready"') == 2)
    shadow = next(name for name in standin.log["adapters"] if version in name)
    standin.faults({"model": shadow, "garbage": True})
    assert {serve.ask()[0] for _ in range(20)} == {200}


def test_a_shadow_that_is_not_registered_is_an_error(sqlite, command):
    sqlite.production("old")
    words = ("--registry", sqlite.registry, "--upstream", "http://127.0.0.1:1", "--open")
    done = command("serve", *words, "--shadow", "rust-tiny@9.9.9")
    assert done.returncode == 2
    assert "rust-tiny@9.9.9" in done.stderr
