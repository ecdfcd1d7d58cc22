"""What the one record shows of a person."""
