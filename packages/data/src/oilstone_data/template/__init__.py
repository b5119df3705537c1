"""A tokenizer's chat template, rendered without the tokenizer: the one text of train and serve."""
