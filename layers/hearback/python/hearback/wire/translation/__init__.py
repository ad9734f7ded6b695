"""The documents of the translation API."""
