"""Suggesting who may be the same person; nothing is joined here."""
