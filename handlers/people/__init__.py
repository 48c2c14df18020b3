"""Whoever wants people: which number, nobody answers, when will somebody come, was it passed on."""
