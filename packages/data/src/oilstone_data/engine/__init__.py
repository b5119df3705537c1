"""Parts of sources through the local stages: in one process, in several, or as Ray tasks."""
