"""Letters: to one person at one checked address, from templates the council keeps, looked through before they leave."""
