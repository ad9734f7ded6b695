"""The dataset API on the wire: its seven resources, and JSON:API over API Gateway."""
