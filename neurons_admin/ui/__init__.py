"""The look: template tags, what the shared fragments take, and the style guide that shows them all."""
