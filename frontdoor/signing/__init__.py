"""What waits for whose signature, over all machines; who signs for whom; oversight. Kinds are added from above."""
