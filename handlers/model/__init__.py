"""The values that pass: messages, actions, session, context, sentences."""
