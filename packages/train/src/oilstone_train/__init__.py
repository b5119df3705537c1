"""Recipes in, LoRA adapters out; Axolotl does the training."""
