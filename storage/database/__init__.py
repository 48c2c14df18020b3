"""Engine, transactions, upsert and NOTIFY; knows no table."""
