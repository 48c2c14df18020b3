"""From an update to an Inbound, stored once."""
