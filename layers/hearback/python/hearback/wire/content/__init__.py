"""The documents of the content feedback API."""
