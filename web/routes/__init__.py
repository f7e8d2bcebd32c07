"""Routes by subject; each module has one `router`, and each route a row in `web.access.TABLE`."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import FastAPI
from fastapi.routing import APIRoute


def include_all(app: FastAPI) -> None:
    """Add every route module of this package, in order of name; the schema describes the API only.

    Routes are taken over as they are: `include_router` would work out the parameters of every one anew at an app's first request.
    """
    for module in sorted(iter_modules(__path__), key=lambda one: one.name):
        for route in import_module(f"{__name__}.{module.name}").router.routes:
            if isinstance(route, APIRoute):
                route.include_in_schema = module.name.startswith("api_")
            app.router.routes.append(route)
