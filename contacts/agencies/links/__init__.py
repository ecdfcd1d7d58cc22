"""Secure links: a plain web form for somebody of a partner agency, without a sign-in, for one purpose, for a time."""
