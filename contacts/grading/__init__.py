"""The grade the product gives for now where an agency gave none."""
