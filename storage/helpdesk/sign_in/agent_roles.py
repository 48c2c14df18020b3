"""What an agent may do; apart from the queries, so that a command line that only names it needs no database."""

from enum import StrEnum


class Role(StrEnum):
    """What an agent may do: an admin also manages agents and delivery, and reads the audit log."""

    AGENT = "agent"
    ADMIN = "admin"
