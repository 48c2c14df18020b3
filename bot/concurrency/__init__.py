"""Background calls whose tasks are kept until they end."""
