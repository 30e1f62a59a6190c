"""A month of the year's programme: its runs side by side, and one page that links them."""
