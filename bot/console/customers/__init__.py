"""The pages Customers: venues, what stands in them, who is recognized by what, and their links."""
