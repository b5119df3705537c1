"""The A/B router: OpenAI's API in front, vLLM or a compatible server behind.

`state` is what its parts share, `app` the ASGI application, `serve` the command that runs it.
"""
