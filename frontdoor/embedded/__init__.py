"""PostgreSQL and Valkey from their PyPI wheels, on Unix sockets, with data under the data directory.

Used only where DATABASE_URL or REDIS_URL is unset. Everything derives from the data directory, so that another
terminal (a shell, the tests) finds the same servers, and two copies side by side never meet. Imports nothing of ours.
"""
