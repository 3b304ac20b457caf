"""What a data scientist uses all day."""
