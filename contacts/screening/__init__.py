"""Looking at a contact: who it is about, how grave it is, what may be done next."""
