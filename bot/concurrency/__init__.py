"""Background work in the event loop: periodic loops, task sets, back-off; knows no channel and no database."""
