"""What the service says of itself: news, known outages, the venue, notices, and an agent who writes."""
