"""Measures the program from outside, on the machine that it runs on; nothing here is a test, and nothing is tuned to."""
