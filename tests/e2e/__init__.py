"""The program from outside, against counterparts that do not share a line with it."""
