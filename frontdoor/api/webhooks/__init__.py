"""Webhooks: an agency's own events sent to it as they happen, signed, in order, again until they arrive."""
