"""The hand-off workflow, actions and notifications."""
