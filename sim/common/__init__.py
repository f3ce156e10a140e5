"""What knows nothing about trade: errors, months, random streams, numerics, compilation, reading and writing files."""
