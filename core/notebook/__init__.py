"""A model that is watched while it trains: in a notebook, or in the window on its arrays."""
