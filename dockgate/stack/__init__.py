"""What happens to one stack: setup, up, down, status, clean-up."""
