"""Generated conversations; `python -m tests.fuzz.decide` runs as many as PALIGS_FUZZ says."""
