"""The page of one contact and the acts on it."""
