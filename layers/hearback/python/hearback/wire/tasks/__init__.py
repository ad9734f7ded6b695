"""The tasks API on the wire (Sama Platform API v2)."""
