"""Receipt of materials 收件登记, what is missing, and asking for it 催收."""
