"""Several families on one contact: which person and which part of the text belongs to which, and what each may read."""
