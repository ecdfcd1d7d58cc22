"""The one queue: its lines, who holds them, who is on duty."""
