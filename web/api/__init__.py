"""The JSON API: what comes in, what goes out, and how a write is done once."""
