"""The life of an adapter: registered, gated, promoted."""
