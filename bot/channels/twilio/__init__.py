"""What the channels through Twilio share: account, signed webhooks, status reports, the REST API; knows no channel."""
