"""The images on a real engine."""
