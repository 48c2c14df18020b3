"""The page Queue: hand-offs that wait for people, and incidents, in which several of one cause stand together."""
