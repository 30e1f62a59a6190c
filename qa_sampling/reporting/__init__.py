"""What people read: protected tables, pictures, pages and workbooks."""
