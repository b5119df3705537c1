"""The verbs of `oilstone-eval`: their options, and what runs when they are given."""
