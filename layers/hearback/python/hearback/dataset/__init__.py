"""Projects with their members, datasets of entries that pass a workflow, annotations and notes on them."""
