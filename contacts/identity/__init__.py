"""Whom the children on open contacts may be: found when they are told of, answered where they are read."""
