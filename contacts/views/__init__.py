"""The pages of contacts: recording one, the queue, and the contact itself."""
