"""What StudioFlow costs, beside raw SQL writing the same rows."""
