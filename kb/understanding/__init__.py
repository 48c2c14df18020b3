"""The pipeline that turns one message into one Interpretation, and explains it."""
