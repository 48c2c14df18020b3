"""Text made safe before anything reads it."""
