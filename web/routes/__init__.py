"""Routes by subject; each module has one `router`, and each route a row in `web.access.TABLE`."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import FastAPI


def include_all(app: FastAPI) -> None:
    """Add every route module of this package, in order of name; the schema describes the API only."""
    for module in sorted(iter_modules(__path__), key=lambda one: one.name):
        router = import_module(f"{__name__}.{module.name}").router
        app.include_router(router, include_in_schema=module.name.startswith("api_"))
