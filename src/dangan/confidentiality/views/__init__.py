"""The pages of secret posts and agreements."""
