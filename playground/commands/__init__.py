"""Commands of menus, buttons and keys: one table of actions, and the controllers that run them."""
