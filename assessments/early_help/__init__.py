"""Early help: the common assessment (CAF) every agency writes the same, its plan, reviews, and steps up and down."""
