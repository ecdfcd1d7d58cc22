"""What goes to and fro between us and agencies; stands above the core of contacts."""
