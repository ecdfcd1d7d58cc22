"""The pages of deciding a contact and of working a referral."""
