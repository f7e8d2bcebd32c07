"""Reads: every list has a fixed number of queries, and scope is part of the query."""
