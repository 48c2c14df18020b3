"""One suite for each of several counterparts: what holds on one database or channel holds on all."""
