"""Request, routing, access control, errors and live updates of the console."""
