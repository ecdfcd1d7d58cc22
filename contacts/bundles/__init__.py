"""Open contacts about one family, put together to be screened together."""
