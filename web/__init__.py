"""Pages and API (FastAPI, Jinja2)."""
