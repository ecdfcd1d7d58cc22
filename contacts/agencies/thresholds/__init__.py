"""The threshold document: what the levels of need mean, by edition, and the levels chosen on contacts."""
