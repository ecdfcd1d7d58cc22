"""Staff, teams, agencies and sign-in."""
