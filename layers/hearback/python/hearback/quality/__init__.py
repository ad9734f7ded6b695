"""Feedback on the answers of tasks, round by round, and the quality report that is kept from it."""
