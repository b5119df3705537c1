"""Gates as code: a report in, a decision out."""
