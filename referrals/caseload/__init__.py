"""How much each worker of a team holds, who waits for one, and whom a family could go to."""
