"""The contract between Oilstone's packages: JSON Schemas, manifests, streaming JSONL."""
