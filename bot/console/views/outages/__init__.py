"""The page Outages: its form, and what agents do there."""
