"""Sources of data: one module a source, each ending in a Panel."""
