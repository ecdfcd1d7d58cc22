"""Taking a contact down, from a call or from an agency, exactly as it was given."""
