"""The verbs of `oilstone-data`: each module has `add(verbs)` and imports its work when called."""
