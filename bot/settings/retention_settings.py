"""How long what is stored is kept."""

from pydantic import BaseModel, Field


class RetentionSettings(BaseModel):
    """For how many days each kind of record is kept."""

    conversation_retention_days: int | None = Field(default=None, ge=1, le=36500)
    """For how many days after the last message a conversation is kept; then it is erased. Without it, for ever."""
    handoff_retention_days: int | None = Field(default=None, ge=1, le=36500)
    """For how many days after it was closed a hand-off is kept by itself. Without it, as long as its conversation."""
    media_retention_days: int | None = Field(default=None, ge=1, le=36500)
    """For how many days a picture or recording can be opened; then its reference is forgotten. Without it, as long as
    its conversation."""
    audit_retention_days: int = Field(default=400, ge=1, le=36500)
    """For how many days records of the console's audit log are kept."""
