"""The five kinds of staff movement, each registered with the workflow at start-up."""
