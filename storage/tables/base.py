"""What all tables share: the names of their keys, and whose a row is."""

from sqlalchemy import Column, ForeignKey, MetaData

from storage.tables.types import SafeText

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def conversation_id_column(*, primary_key: bool = False) -> Column[str]:
    """The talk that a row belongs to, and is erased with."""
    return Column("conversation_id", SafeText, ForeignKey("conversations.id"), primary_key=primary_key, nullable=False)
