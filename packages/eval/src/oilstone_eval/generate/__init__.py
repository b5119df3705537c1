"""Where samples come from: a local model, or the nearest training answer."""
