"""Rules: every dated rule table and code list, changed from a day, taken back before it, written to a file and read."""
