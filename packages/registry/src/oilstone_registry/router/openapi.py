"""GET /openapi.json: what the router's own endpoints take and answer (OpenAPI 3.1)."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from oilstone_registry.router.keys import ADMIN, INFERENCE, OUTCOMES

TEXT: dict[str, Any] = {"type": "string"}
NAME = {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"}
DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
OUTCOME: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["assignment", "outcome"],
    "properties": {
        "assignment": {**TEXT, "description": "The x-assignment header of the answer, as it was."},
        "outcome": {"type": "number", "minimum": 0, "maximum": 1},
        "kind": {"enum": ["user", "test", "judged"], "default": "user"},
        "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "latency_ms": {"type": ["number", "null"], "minimum": 0, "maximum": 1e9},
    },
}
MANY = {"type": "array", "minItems": 1, "maxItems": 500, "items": OUTCOME}
CHAT = {
    "type": "object",
    "required": ["model"],
    "properties": {"model": {**TEXT, "description": "A specialist's name, or auto."}},
}
ORDER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": NAME,
        "version": TEXT,
        "generation": {"type": "integer", "minimum": 0},
        "reason": TEXT,
    },
}
_ERROR = {
    "description": "Why not, in OpenAI's shape.",
    "content": {"application/json": {"schema": {"type": "object", "required": ["error"]}}},
}


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    forwarded = "Passed on to the version that should answer; only the model's name is changed."
    by_digest = {"name": "digest", "in": "query", "required": True, "schema": DIGEST}
    paths = {
        "/v1/chat/completions": {"post": _takes(INFERENCE, forwarded, CHAT)},
        "/v1/completions": {"post": _takes(INFERENCE, forwarded, CHAT)},
        "/v1/embeddings": {"post": _takes(INFERENCE, forwarded, CHAT)},
        "/v1/models": {"get": _gives(INFERENCE, "The specialists.")},
        "/v1/outcomes": {
            "post": _takes(OUTCOMES, "Acknowledged when stored.", {"anyOf": [OUTCOME, MANY]})
        },
        "/status": {"get": _gives(ADMIN, "All that the page shows.")},
        "/decision": {"get": _gives(ADMIN, "A kept decision.", by_digest, kind="text/plain")},
        "/report": {"get": _gives(ADMIN, "A kept report.", by_digest, kind="text/html")},
        "/admin/promote": {"post": _takes(ADMIN, "As `oilstone-registry promote`.", ORDER)},
        "/admin/rollback": {"post": _takes(ADMIN, "As `oilstone-registry rollback`.", ORDER)},
        "/metrics": {"get": _gives(None, "For Prometheus.", kind="text/plain")},
        "/health": {"get": _gives(None, "Whether the process lives.")},
        "/ready": {"get": _gives(None, "Whether every production version may answer.")},
    }
    about = {"title": "Oilstone router", "version": importlib.metadata.version("oilstone-registry")}
    bearer = {"key": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": about,
        "paths": paths,
        "components": {"securitySchemes": bearer},
    }


def _gives(
    scope: str | None, about: str, *parameters: dict[str, Any], kind: str = "application/json"
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": about,
        "responses": {
            "200": {"description": "Done.", "content": {kind: {}, "application/json": {}}},
            "default": _ERROR,
        },
    }
    if parameters:
        found["parameters"] = list(parameters)
    if scope is not None:
        found |= {"security": [{"key": []}], "description": f"Needs a key with scope {scope}."}
    return found


def _takes(scope: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return _gives(scope, about) | {"requestBody": {"required": True, "content": content}}
