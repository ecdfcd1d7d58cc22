"""Unaccompanied children: what is done for the child, the national transfer scheme, the assessment of age."""
