"""What the router says of itself is true, and nothing that is sent to it makes it break."""

import json

import pytest

schemathesis = pytest.importorskip("schemathesis", reason="a tool of the workspace")
from hypothesis import HealthCheck, Phase, settings  # noqa: E402  # after the tool that brings it

from oilstone_registry.router import openapi  # noqa: E402

API = schemathesis.openapi.from_dict(openapi.document())
OWN = API.exclude(path_regex="^/v1/(chat|completions|embeddings)")
SCOPES = {"inference", "outcomes", "admin"}


def played(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def operations():
    for path, methods in openapi.document()["paths"].items():
        for method, operation in methods.items():
            scope = operation.get("description", "").removesuffix(".").rpartition(" ")[2]
            yield method.upper(), path, scope if scope in SCOPES else None


def answered_well(case, halves):
    scope = next(scope for _, path, scope in operations() if path == case.path)
    headers = {"Authorization": f"Bearer {halves.keys[scope]}"} if scope else {}
    answer = case.call(base_url=f"http://127.0.0.1:{halves.port}", headers=headers)
    assert answer.status_code < 500 or case.path == "/ready"


@OWN.parametrize()
@played(10)
def test_nothing_that_is_sent_is_answered_by_a_bug(case, halves):
    answered_well(case, halves)


@pytest.mark.slow
@OWN.parametrize()
@played(200)
def test_nothing_of_much_that_is_sent_is_answered_by_a_bug(case, halves):
    answered_well(case, halves)


@pytest.mark.parametrize(("method", "path", "scope"), list(operations()))
def test_every_endpoint_with_a_scope_asks_for_it(halves, method, path, scope):
    if scope is None:
        assert halves.call(method, path, scope=None)[0] in (200, 503)
        return
    assert halves.call(method, path, b"{}", scope=None)[0] == 401
    for other in SCOPES - {scope}:
        assert halves.call(method, path, b"{}", scope=other)[0] == 403


def test_the_description_names_every_endpoint_that_is_no_page(halves):
    described = json.loads(halves.call("GET", "/openapi.json", scope=None)[2])["paths"]
    for path, methods in described.items():
        for method in methods:
            assert halves.call(method.upper(), path, b"{}", scope=None)[0] not in (404, 405)
