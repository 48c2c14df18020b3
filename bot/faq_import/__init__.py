"""Questions and answers that a company has already, in whatever file, become entries of a content folder."""
