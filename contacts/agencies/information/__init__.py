"""Information asked of agencies and professionals while a contact is screened: sent, answered, chased, counted."""
