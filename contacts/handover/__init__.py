"""Handover between shifts: a pack at every change, each item taken by name, what is not taken escalates."""
