"""What is in the images, and whether it is fit to run: one verdict for each digest."""
