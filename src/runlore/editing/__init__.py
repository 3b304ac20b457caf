"""Records made outside of a training process: by commands, and by people who look back."""
