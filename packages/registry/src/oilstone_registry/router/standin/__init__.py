"""A server that speaks vLLM's API without a model: for tests of what must work around a real one.

Its answers follow from the bytes of an adapter and from the prompt, so that another adapter answers
otherwise. It streams, loads and unloads adapters, and fails on demand (`POST /standin/faults`).
"""
