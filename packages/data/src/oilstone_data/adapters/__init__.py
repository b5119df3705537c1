"""How the columns of known datasets become prompts, answers and tests."""
