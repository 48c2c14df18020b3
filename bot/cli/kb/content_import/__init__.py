"""`paligs kb import`: entries out of a company's FAQ, whatever form it has. Nothing that serves imports it."""
