"""The Telegram channel: knows messages and the Bot API; neither storage, jobs, notifications nor other channels."""
