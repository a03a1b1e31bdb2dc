"""Chain of custody: batch forms, what they draw on, and what of the waste in a product may be certified, once."""
