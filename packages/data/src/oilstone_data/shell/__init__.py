"""Shell commands as data: linted, judged for danger, grouped into families."""
