"""Key figures: tables of the documents recomputed, and continued with projections."""
