"""Dated code lists, read from data files beside this module and kept in the database."""
