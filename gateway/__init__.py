"""The gateway: everything between the outside's documents and the store. See docs/design.md."""
