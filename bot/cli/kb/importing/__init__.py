"""What `paligs kb import` does: a FAQ becomes entries, a list of questions goes to its entries."""
