"""The systems on the other side: how each kind of party is called and how it calls us."""
