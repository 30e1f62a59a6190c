"""What comes in and what is kept: extracts, the register, forms, the invented authority."""
