"""Task feedback on the wire (Sama Feedback API)."""
