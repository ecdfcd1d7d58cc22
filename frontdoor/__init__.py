"""Front Door: wiring and the kernel every step of the journey stands on."""
