"""The referrer's disagreement with an outcome: said, looked at by another manager, answered."""
