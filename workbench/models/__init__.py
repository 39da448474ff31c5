"""Known models: where their weights come from, how they are fetched, checked and derived."""
