"""Sources in, trusted dataset artifacts out."""
