"""The rulebook: who may do what, when, and what it does to money.

Pure functions on values. Nothing here reads a clock, a database or the network.
"""
