"""Defines the tables: every personal row has a `conversation_id`, so that erasure and export miss nothing."""

from storage.tables.agents import address_counts, agent_sessions, agents, audit, sign_in_places, sign_ins
from storage.tables.announcements import announcement_counts, announcement_views, announcements, outage_reports
from storage.tables.base import metadata
from storage.tables.conversations import (
    conversations,
    feedback,
    messages,
    notes,
    parked,
    places,
    sessions,
    turns,
    unclear,
)
from storage.tables.curation import drafts, entry_versions, ignored, knowledge_revision, taught
from storage.tables.customers import devices, venue_keys, venue_links, venues
from storage.tables.helpdesk import handoff_events, handoffs, incidents, notice_pace, notices
from storage.tables.statistics import daily_count_slots, daily_counts, daily_feedback, monthly_counts

__all__ = [
    "address_counts",
    "agent_sessions",
    "agents",
    "announcement_counts",
    "announcement_views",
    "announcements",
    "audit",
    "conversations",
    "daily_count_slots",
    "daily_counts",
    "daily_feedback",
    "devices",
    "drafts",
    "entry_versions",
    "feedback",
    "handoff_events",
    "handoffs",
    "ignored",
    "incidents",
    "knowledge_revision",
    "messages",
    "metadata",
    "monthly_counts",
    "notes",
    "notice_pace",
    "notices",
    "outage_reports",
    "parked",
    "personal_tables",
    "places",
    "sessions",
    "sign_in_places",
    "sign_ins",
    "taught",
    "turns",
    "unclear",
    "venue_keys",
    "venue_links",
    "venues",
]

personal_tables = tuple(table for table in metadata.sorted_tables if "conversation_id" in table.c)
"""Tables with personal data, owners before what refers to them."""
