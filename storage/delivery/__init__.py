"""The outboxes: replies to people, and notifications to staff."""
