"""Where rows come from. Each kind knows what it holds (`inventory`) and reads any part of it."""
