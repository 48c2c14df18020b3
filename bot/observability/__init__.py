"""Health, metrics, logs, masking."""
