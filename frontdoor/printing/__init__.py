"""Papers: what is printed, in every script, as a PDF that screen readers can read."""
