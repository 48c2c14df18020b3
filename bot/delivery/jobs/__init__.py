"""Work that is done after a message is committed; it carries ids only, what to do stands in the database."""
