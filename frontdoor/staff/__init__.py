"""Looking after staff accounts and teams: who may sign in, as what, until when. The rows belong to accounts."""
