"""`oilstone-train probe`: what an adapter's memories do, measured on conversations it never saw."""
