"""What agents do on the page of a conversation: note, give a hand-off to a colleague."""
