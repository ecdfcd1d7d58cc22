"""Notifications that come as files, from agencies whose systems cannot call the API."""
