"""What Alembic runs: the connection is handed over by models.schema, the tables are those of models."""

from alembic import context
from sqlmodel import SQLModel

import models.tables  # noqa: F401  importing it declares the tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
