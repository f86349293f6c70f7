"""The sandbox: provinces, tax bureaus, a card centre and a platform as real servers, with scripted faults.

Written from the public wire facts and the samples alone: nothing of the gateway or its adapters is imported, so that a
mistake of theirs is not agreed with here. All state is in memory; nothing is ever written to disk.
"""
