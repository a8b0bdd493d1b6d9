"""What happens to one stack: preparation, up, down, status, clean-up."""
