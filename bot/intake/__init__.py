"""A message comes in: guards, then one transaction."""
