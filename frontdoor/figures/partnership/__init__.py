"""Contacts from agencies, and what became of it: figures for a meeting with a partner."""
