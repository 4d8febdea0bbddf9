"""What the commands of `cli` share: what they read and write, how they fail, print and stop."""
