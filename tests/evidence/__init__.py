"""Slow evidence that the model does what it says, run by hand and quoted in the documents."""
