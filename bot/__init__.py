"""What touches the world: channels, settings, the command line, and the one place where all is wired."""
