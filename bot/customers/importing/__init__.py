"""From a table that people keep to venues: reads the file, plans what is stored, and says each mistake in words."""
