"""The page of many seeds: what they have in common, and how far luck spreads them."""

from playground.views.seeds.page import SeedsPage

__all__ = ["SeedsPage"]
