"""Established studios imported from the pages"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("importjob", schema=None) as batch_op:
        batch_op.add_column(sa.Column("programme_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_importjob_programme_id_programme"),
            "programme",
            ["programme_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch_op.create_index(batch_op.f("ix_importjob_programme_id"), ["programme_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("importjob", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_importjob_programme_id"))
        batch_op.drop_constraint(batch_op.f("fk_importjob_programme_id_programme"), type_="foreignkey")
        batch_op.drop_column("programme_id")
