"""What was said after a contact was recorded: added to it, told to whoever works on it, and taken by a manager."""
