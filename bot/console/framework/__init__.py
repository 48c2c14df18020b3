"""Request, routing, access, errors, live updates of the console."""
