"""What a menu, a button or a key does: one table of actions, and the controllers behind it."""
