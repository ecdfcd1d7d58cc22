"""Restricting a record, opening it in an emergency, and what must never leave the house."""
