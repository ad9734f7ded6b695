"""Content feedback: votes on and flags against contents that live elsewhere, and their moderation."""
