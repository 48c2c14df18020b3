"""Jobs after a commit; they carry ids only, the work itself is in the database."""
