"""The report: the headline on the terminal, the charts and one self-contained page for people.

Nothing here computes a forecast. Every number that is printed is taken from a row of a table that
the run writes to its output folder, and the page says which.
"""
