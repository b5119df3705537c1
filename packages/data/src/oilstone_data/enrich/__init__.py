"""What an OpenAI-compatible endpoint adds to rows: reasoning traces and paraphrased prompts."""
