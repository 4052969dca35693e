"""How good a method is: scores of cells, skill against a reference, weights of a pool.

Nothing here runs a method. Draws and observations go in with labelled dims and must cover the same
cells; a score comes out with the dims of the observations. Import from the modules.
"""
