"""The life of a studio"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("in_step_with", sa.Integer(), nullable=True),
        sa.Column("assessor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("confirmer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("comment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("released_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("begins_on <= ends_on", name=op.f("ck_assessment_in_order")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_assessment_cycle_id_cycle"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["in_step_with"], ["assessment.id"], name=op.f("fk_assessment_in_step_with_assessment"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_assessment_studio_id_studio"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("cycle_id", "key", "period", name=op.f("uq_assessment_cycle_id_key_period")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_in_step_with"), ["in_step_with"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_studio_id"), ["studio_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("noted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("mark IN ('present', 'late', 'absent', 'leave')", name=op.f("ck_attendance_mark_word")),
        sa.ForeignKeyConstraint(
            ["noted_by"], ["person.id"], name=op.f("fk_attendance_noted_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_attendance_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_attendance_record_id_record"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("record_id", "person_id", name=op.f("uq_attendance_record_id_person_id")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_person_id"), ["person_id"], unique=False)

    op.create_table(
        "entitlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("fund", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=True),
        sa.Column("heads", sa.Integer(), nullable=True),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("payer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("payee", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("waits_for", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name=op.f("ck_entitlement_amount")),
        sa.CheckConstraint("share BETWEEN 0 AND 100", name=op.f("ck_entitlement_share")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycle.id"], name=op.f("fk_entitlement_cycle_id_cycle"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_entitlement_studio_id_studio"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        sa.UniqueConstraint("studio_id", "fund", "period", name=op.f("uq_entitlement_studio_id_fund_period")),
    )
    with op.batch_alter_table("entitlement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entitlement_studio_id"), ["studio_id"], unique=False)

    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("answer IN ('', 'granted', 'refused')", name=op.f("ck_leave_answer_word")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_leave_answered_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_leave_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_leave_record_id_record"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
        sa.UniqueConstraint("record_id", "person_id", name=op.f("uq_leave_record_id_person_id")),
    )
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leave_person_id"), ["person_id"], unique=False)

    op.create_table(
        "recordfile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("proof", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("filename", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("file_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["file.sha256"], name=op.f("fk_recordfile_file_sha256_file"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_recordfile_record_id_record"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["person.id"], name=op.f("fk_recordfile_uploaded_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordfile")),
        sa.UniqueConstraint(
            "record_id", "proof", "file_sha256", name=op.f("uq_recordfile_record_id_proof_file_sha256")
        ),
    )
    with op.batch_alter_table("recordfile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recordfile_file_sha256"), ["file_sha256"], unique=False)

    op.create_table(
        "recordstudio",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_recordstudio_record_id_record"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_recordstudio_studio_id_studio"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordstudio")),
        sa.UniqueConstraint("record_id", "studio_id", name=op.f("uq_recordstudio_record_id_studio_id")),
    )
    with op.batch_alter_table("recordstudio", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recordstudio_studio_id"), ["studio_id"], unique=False)

    op.create_table(
        "rectification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("limit_on", sa.Date(), nullable=False),
        sa.Column("assessor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("reported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("verdict", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grade", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("verdict IN ('', 'effective', 'ineffective')", name=op.f("ck_rectification_verdict_word")),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_rectification_assessment_id_assessment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_rectification_studio_id_studio"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_rectification_assessment_id")),
    )
    with op.batch_alter_table("rectification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectification_studio_id"), ["studio_id"], unique=False)

    op.create_table(
        "mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("indicator", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("comment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("by_person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_mark_assessment_id_assessment"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_mark_by_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_mark_seat_id_seat"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.UniqueConstraint(
            "assessment_id", "seat_id", "indicator", name=op.f("uq_mark_assessment_id_seat_id_indicator")
        ),
    )
    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("proposed", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grade", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("after_rectification", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("awards", sa.JSON(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_result_assessment_id_assessment"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_result_by_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_result_seat_id_seat"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
    )
    with op.batch_alter_table("result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_result_assessment_id"), ["assessment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_result_seat_id"), ["seat_id"], unique=False)
        batch_op.create_index(
            "one_result_a_seat",
            ["assessment_id", "seat_id"],
            unique=True,
            sqlite_where=sa.text("seat_id IS NOT NULL"),
            postgresql_where=sa.text("seat_id IS NOT NULL"),
        )
        batch_op.create_index(
            "one_result_a_studio",
            ["assessment_id"],
            unique=True,
            sqlite_where=sa.text("seat_id IS NULL"),
            postgresql_where=sa.text("seat_id IS NULL"),
        )

    op.create_table(
        "consequence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause_id", sa.Integer(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("whom", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("studio_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cause_id"], ["transition.id"], name=op.f("fk_consequence_cause_id_transition"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consequence_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seat.id"], name=op.f("fk_consequence_seat_id_seat"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_consequence_studio_id_studio"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consequence")),
        sa.UniqueConstraint("cause_id", "place", "whom", name=op.f("uq_consequence_cause_id_place_whom")),
    )
    with op.batch_alter_table("consequence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consequence_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_consequence_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consequence_seat_id"), ["seat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consequence_studio_id"), ["studio_id"], unique=False)

    op.create_table(
        "ledgerentry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("studio_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entitlement_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("use", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("voucher", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("file_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("by_person_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('received', 'spent', 'corrected')", name=op.f("ck_ledgerentry_kind_word")),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_ledgerentry_amount")),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["person.id"], name=op.f("fk_ledgerentry_by_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["ledgerentry.id"],
            name=op.f("fk_ledgerentry_corrects_id_ledgerentry"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_ledgerentry_decision_id_decision"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("fk_ledgerentry_entitlement_id_entitlement"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["file.sha256"], name=op.f("fk_ledgerentry_file_sha256_file"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studio.id"], name=op.f("fk_ledgerentry_studio_id_studio"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledgerentry")),
        sa.UniqueConstraint("studio_id", "number", name=op.f("uq_ledgerentry_studio_id_number")),
    )
    with op.batch_alter_table("ledgerentry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledgerentry_entitlement_id"), ["entitlement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledgerentry_studio_id"), ["studio_id"], unique=False)

    with op.batch_alter_table("credit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))

    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recombined_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("granted_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("opened_to", sa.Date(), nullable=True))

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seat_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("desk", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("origin", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
        batch_op.create_foreign_key(
            batch_op.f("fk_decision_seat_id_seat"), "seat", ["seat_id"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.add_column(sa.Column("soft", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("waived", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("record_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_duty_studio_id_key_period_unit_kind_unit_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_duty_record_id"), ["record_id"], unique=False)
        batch_op.create_index(
            "one_duty_before_the_cycle",
            ["studio_id", "key", "period", "unit_kind", "unit_id"],
            unique=True,
            sqlite_where=sa.text("cycle_id IS NULL"),
            postgresql_where=sa.text("cycle_id IS NULL"),
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_duty_cycle_id_key_period_unit_kind_unit_id"),
            ["cycle_id", "key", "period", "unit_kind", "unit_id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_duty_record_id_record"), "record", ["record_id"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_for", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("held_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_listing_made_for_person"), "person", ["made_for"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("if_not", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="refuse")
        )

    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("studio_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("standing", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="held")
        )
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("starts_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("theme", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("agenda", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("level", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("published", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("link", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.drop_index(batch_op.f("ix_record_duty_id"))
        batch_op.create_index(batch_op.f("ix_record_studio_id"), ["studio_id"], unique=False)
        batch_op.drop_constraint(batch_op.f("fk_record_duty_id_duty"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_record_studio_id_studio"), "studio", ["studio_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.drop_column("duty_id")

    with op.batch_alter_table("stagerun", schema=None) as batch_op:
        batch_op.create_index(
            "live_in_studio",
            ["studio_id", "subject_kind"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("record") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_record_standing_word"), "standing IN ('planned', 'held', 'cancelled')"
        )

    with op.batch_alter_table("record") as batch_op:
        batch_op.create_check_constraint(op.f("ck_record_minutes"), "minutes IS NULL OR minutes >= 0")


def downgrade() -> None:
    with op.batch_alter_table("record") as batch_op:
        batch_op.drop_constraint(op.f("ck_record_standing_word"), type_="check")

    with op.batch_alter_table("record") as batch_op:
        batch_op.drop_constraint(op.f("ck_record_minutes"), type_="check")

    with op.batch_alter_table("stagerun", schema=None) as batch_op:
        batch_op.drop_index(
            "live_in_studio", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )

    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("duty_id", sa.INTEGER(), nullable=True))
        batch_op.drop_constraint(batch_op.f("fk_record_studio_id_studio"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_record_duty_id_duty"), "duty", ["duty_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.drop_index(batch_op.f("ix_record_studio_id"))
        batch_op.create_index(batch_op.f("ix_record_duty_id"), ["duty_id"], unique=False)
        batch_op.drop_column("link")
        batch_op.drop_column("published")
        batch_op.drop_column("level")
        batch_op.drop_column("agenda")
        batch_op.drop_column("theme")
        batch_op.drop_column("minutes")
        batch_op.drop_column("starts_at")
        batch_op.drop_column("ends_on")
        batch_op.drop_column("standing")
        batch_op.drop_column("studio_id")

    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.drop_column("if_not")

    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_listing_made_for_person"), type_="foreignkey")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("held_until")
        batch_op.drop_column("request_id")
        batch_op.drop_column("made_for")

    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_duty_record_id_record"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_duty_cycle_id_key_period_unit_kind_unit_id"), type_="unique")
        batch_op.drop_index(
            "one_duty_before_the_cycle",
            sqlite_where=sa.text("cycle_id IS NULL"),
            postgresql_where=sa.text("cycle_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_duty_record_id"))
        batch_op.create_unique_constraint(
            batch_op.f("uq_duty_studio_id_key_period_unit_kind_unit_id"),
            ["studio_id", "key", "period", "unit_kind", "unit_id"],
        )
        batch_op.drop_column("record_id")
        batch_op.drop_column("waived")
        batch_op.drop_column("soft")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_decision_seat_id_seat"), type_="foreignkey")
        batch_op.drop_column("origin")
        batch_op.drop_column("due_on")
        batch_op.drop_column("desk")
        batch_op.drop_column("seat_id")

    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.drop_column("opened_to")
        batch_op.drop_column("granted_on")
        batch_op.drop_column("recombined_by")

    with op.batch_alter_table("credit", schema=None) as batch_op:
        batch_op.drop_column("at")
        batch_op.drop_column("late")

    with op.batch_alter_table("ledgerentry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledgerentry_studio_id"))
        batch_op.drop_index(batch_op.f("ix_ledgerentry_entitlement_id"))

    op.drop_table("ledgerentry")
    with op.batch_alter_table("consequence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consequence_studio_id"))
        batch_op.drop_index(batch_op.f("ix_consequence_seat_id"))
        batch_op.drop_index(batch_op.f("ix_consequence_person_id"))
        batch_op.drop_index(batch_op.f("ix_consequence_kind"))

    op.drop_table("consequence")
    with op.batch_alter_table("result", schema=None) as batch_op:
        batch_op.drop_index(
            "one_result_a_studio", sqlite_where=sa.text("seat_id IS NULL"), postgresql_where=sa.text("seat_id IS NULL")
        )
        batch_op.drop_index(
            "one_result_a_seat",
            sqlite_where=sa.text("seat_id IS NOT NULL"),
            postgresql_where=sa.text("seat_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_result_seat_id"))
        batch_op.drop_index(batch_op.f("ix_result_assessment_id"))

    op.drop_table("result")
    op.drop_table("mark")
    with op.batch_alter_table("rectification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_studio_id"))

    op.drop_table("rectification")
    with op.batch_alter_table("recordstudio", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recordstudio_studio_id"))

    op.drop_table("recordstudio")
    with op.batch_alter_table("recordfile", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recordfile_file_sha256"))

    op.drop_table("recordfile")
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leave_person_id"))

    op.drop_table("leave")
    with op.batch_alter_table("entitlement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entitlement_studio_id"))

    op.drop_table("entitlement")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_person_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_studio_id"))
        batch_op.drop_index(batch_op.f("ix_assessment_in_step_with"))

    op.drop_table("assessment")
