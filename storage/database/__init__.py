"""Engine, transactions, upsert, NOTIFY: no table is known here."""
