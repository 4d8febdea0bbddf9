"""Base of the commands of `cli`: what they read and write, how they fail, print and stop."""
