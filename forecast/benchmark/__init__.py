"""The share expected of a municipality with such framework conditions, ranks, and supervision."""
