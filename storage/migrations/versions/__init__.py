"""One file for each revision, in plain SQLAlchemy types: a revision must not change when the program's types do."""
