"""From a reply to messages, keyboards, edits."""
