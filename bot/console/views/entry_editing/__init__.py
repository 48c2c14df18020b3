"""Editing an entry in the console: the form, what is wrong with it, its versions and their approval."""
