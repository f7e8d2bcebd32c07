"""Deployments (部署): every flow registered on the process work pool, under one name; asked for as often as one likes."""

from contextlib import suppress

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.types.entrypoint import EntrypointType

from flows.orchestration import prefect_flows
from flows.orchestration.prefect_flows import FLOWS

DEPLOYMENT = "studioflow"


def deploy_all(pool: str) -> None:
    """Make the work pool if there is none, and register every flow on it."""
    _make_pool(pool)
    for name in FLOWS:
        _deploy(name, pool)


def _deploy(name: str, pool: str) -> None:
    # By module, not by file: the worker may have StudioFlow elsewhere, and needs no copy of it for each run.
    deployment = RunnerDeployment.from_flow(
        FLOWS[name], DEPLOYMENT, work_pool_name=pool, entrypoint_type=EntrypointType.MODULE_PATH
    )
    deployment.entrypoint = f"{prefect_flows.__name__}.{prefect_flows.attribute_of(name)}"
    deployment.apply()


def _make_pool(pool: str) -> None:
    with get_client(sync_client=True) as client:
        try:
            client.read_work_pool(pool)
        except ObjectNotFound:
            with suppress(ObjectAlreadyExists):  # another clock was quicker
                client.create_work_pool(WorkPoolCreate(name=pool, type="process"))
