"""What the files of a store say, in tables that can be thrown away and rebuilt."""
