"""The command line, a group of commands a file. What they act on is put together in app.py and handed to them."""
