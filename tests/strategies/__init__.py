"""Hypothesis strategies that several tests share; every person in them is invented."""
