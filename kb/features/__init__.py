"""From tokens to a sparse matrix of features."""
