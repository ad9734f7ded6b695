"""Tasks of a project, created one by one or in batches, and their way to being delivered."""
