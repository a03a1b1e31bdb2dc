"""Rewards for use: local rules as data, claims over confirmed tonnes, the leaders' list."""
