"""Speaking the Bot API: client, types, addresses, rate limits, timing."""
