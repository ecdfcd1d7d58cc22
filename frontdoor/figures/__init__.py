"""Numbers that somebody compares."""
