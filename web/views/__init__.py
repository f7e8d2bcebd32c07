"""View values: what a page shows, made of plain values from queries and the engine."""
