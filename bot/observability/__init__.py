"""Health, metrics, logs, masking, tracing."""
