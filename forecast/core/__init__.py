"""The nouns: periods, panels, trees of areas and groups, and draws.

Import them from their modules, so that the light ones stay free of pandas and xarray.
"""
