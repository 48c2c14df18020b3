"""Customers: their list is read from tables and written to them, and a venue is found by what somebody says."""
