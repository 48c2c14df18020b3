"""The Bot API: client, types, addresses, rate limits, timing."""
