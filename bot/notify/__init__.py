"""Notifies the helpdesk that somebody needs people; accepts only a StaffAddress, and makes no tickets."""
