"""Charts that several pages draw, and what they are made of."""
