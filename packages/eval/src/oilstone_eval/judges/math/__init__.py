"""Final answers of problems in mathematics."""
