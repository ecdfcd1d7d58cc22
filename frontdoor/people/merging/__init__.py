"""Joining two records into one, and taking it back."""
