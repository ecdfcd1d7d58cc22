"""In what order the queue stands, and why."""
