"""What an adapter has kept of its base's skills: GSM8K and HumanEval, by lm-eval on local files."""
