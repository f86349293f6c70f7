"""What parties push to us in their own dialect."""
