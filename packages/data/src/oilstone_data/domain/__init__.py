"""Which domain a text belongs to: tags first, then weighted signals on word boundaries."""
