"""A page, built with Panel, to edit any configuration and see what it has been."""
