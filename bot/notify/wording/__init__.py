"""What staff reads in notifications: sentences, and how a hand-off or an incident is told in them."""
