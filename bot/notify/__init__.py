"""Telling the helpdesk that somebody needs people; it takes a StaffAddress and nothing else, and makes no tickets."""
