"""Stage 2: a memory that learns while it reads, trained chunk by chunk, ever finer."""
