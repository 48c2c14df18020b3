"""paligs kb …"""
