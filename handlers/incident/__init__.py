"""How it stands with a fault or stopped trading."""
