"""Shell commands and scripts: parsed, linted, run in scratch folders, searched for harm."""
